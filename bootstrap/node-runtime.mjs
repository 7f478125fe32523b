import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { SetupFailure } from './failure.mjs';
import { isOlder } from './go-binary.mjs';
import { checkout, stateFolder } from './paths.mjs';

const oldest = '22.18';

/**
 * The Node that runs the engine: the one npm brought (Linux), else the system's if it is new enough to run TypeScript.
 * @returns {string} its path
 */
export function findNode() {
  const brought = join(checkout, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (process.platform === 'linux' && existsSync(brought)) return brought;
  if (!isOlder(process.versions.node, oldest)) return process.execPath;
  throw new SetupFailure(`Tillflow runs on Node ${oldest} or newer; this is ${process.versions.node}.`, {
    advice: [
      'Install Node 24 (https://nodejs.org) and run the command again.',
      'On Linux, npm brings it by itself: delete node_modules and run the command again, without --omit=optional.',
    ],
  });
}

/** The environment in which that Node is `node`, and the project's tools are on the PATH. */
export function nodeEnvironment(env = process.env) {
  const folders = [dirname(findNode()), join(checkout, 'node_modules', '.bin')];
  // Programs of ours load a third faster the second time; test runners compile by themselves.
  const cache = { NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? join(stateFolder, 'compile-cache') };
  return { ...env, ...cache, PATH: [...folders, env.PATH].join(delimiter) };
}

/** The system's own node and npm: what is left of the PATH without this project's node_modules. */
export function systemPath(env = process.env) {
  const ours = join(checkout, 'node_modules');
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(ours))
    .join(delimiter);
}

/** The version a Node program says it is, without the `v`. */
export function nodeVersion(program) {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1);
}
