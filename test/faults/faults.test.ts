import { describe, expect, it } from '@jest/globals';
import { faults } from './faults.ts';
import { lastLine, runFault } from './harness/run-fault.ts';

/** The same at every run, so that a failure here is a failure everywhere; the command takes a new one each time. */
const seed = 20_260_301;

describe('faults done to the whole system, in small size', () => {
  for (const fault of faults) {
    it(`[${fault.id}] ${fault.title}`, async () => {
      const lines: string[] = [];
      const report = await runFault(fault, { seed, size: 'small', log: (line) => lines.push(line) });
      const told = [...lines, lastLine(fault, report)].join('\n');
      expect({ pass: report.pass, told }).toEqual({ pass: true, told });
      expect(report.injections).toBeGreaterThan(0);
    }, 60_000);
  }
});
