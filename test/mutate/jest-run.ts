import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a run of some test files came to. */
export interface JestRun {
  readonly passed: number;
  /** Titles of the tests that failed. */
  readonly failed: readonly string[];
  /** Files that could not be run at all, with the reason: what was broken does not even load. */
  readonly unloadable: readonly string[];
  readonly timedOut: boolean;
}

interface JestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Breaking a lock or a loop may make a test hang: that is noticed too. */
const patienceMs = 240_000;

/** Which tests to run: whole files, or those among them whose titles say `only`. */
export interface Selection {
  readonly tests: readonly string[];
  readonly only?: string;
}

/** Runs tests of the copy in `folder`. */
export async function runJest(folder: string, { tests, only }: Selection): Promise<JestRun> {
  const report = join(folder, '.tillflow', 'mutate.json');
  rmSync(report, { force: true });
  const jest = join(folder, 'node_modules', 'jest', 'bin', 'jest.js');
  // What a failed test left open must not keep the run waiting.
  const args = [jest, '--forceExit', '--maxWorkers=2', '--json', `--outputFile=${report}`];
  if (only !== undefined) args.push('--testNamePattern', only);
  args.push('--runTestsByPath', ...tests);
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', detached: true });
  const limit = setTimeout(() => {
    killGroup(child.pid);
  }, patienceMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(limit);
  killGroup(child.pid);
  return code === null ? { passed: 0, failed: [], unloadable: [], timedOut: true } : read(report);
}

function read(file: string): JestRun {
  const report = JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const assertions = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    passed: report.numPassedTests,
    failed: assertions.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    unloadable: unloadable.map(({ name, message }) => `${name}: ${message}`),
    timedOut: false,
  };
}

/** Workers that a test forked end with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
