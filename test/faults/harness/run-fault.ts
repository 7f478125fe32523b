import { createRandom } from './random.ts';
import type { Fault, FaultReport, FaultSize } from './types.ts';

export interface FaultRun {
  readonly seed: number;
  readonly size: FaultSize;
  readonly log: (line: string) => void;
}

/** Runs one fault. An error that it throws is a failure with its words; a pass without an injection is none. */
export async function runFault(fault: Fault, { seed, size, log }: FaultRun): Promise<FaultReport> {
  const report = await attempt(fault, { seed, size, log });
  if (!report.pass || report.injections > 0) return report;
  return { ...report, pass: false, figures: `nothing was injected: ${report.figures}` };
}

async function attempt(fault: Fault, { seed, size, log }: FaultRun): Promise<FaultReport> {
  try {
    return await fault.run({ seed, size, log, random: createRandom(seed) });
  } catch (error) {
    if (error instanceof Error && error.stack !== undefined) log(error.stack);
    return { pass: false, figures: error instanceof Error ? error.message : String(error), injections: 0 };
  }
}

/** `F7 PASS 5040 orders, one digest, injections 5040` or `F7 FAIL two digests, injections 12`. */
export function lastLine(fault: Fault, report: FaultReport): string {
  const verdict = report.pass ? 'PASS' : 'FAIL';
  return `${fault.id} ${verdict} ${report.figures}, injections ${report.injections}`.replaceAll('\n', ' ');
}
