import { describe, expect, it } from '@jest/globals';
import { summarize } from '../../bootstrap/test-results.mjs';

const fine = {
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};
const quiet = { exitCode: 0, failedChecks: [] };

describe('what a run of the suites comes to', () => {
  it('is what jest counted when all went well', () => {
    expect(summarize(fine, quiet)).toEqual({ passed: 12, failed: 0, skipped: 0, remarks: [] });
  });

  it('counts a test file that could not run as a failure', () => {
    const broken = { ...fine, numRuntimeErrorTestSuites: 2 };
    expect(summarize(broken, { ...quiet, exitCode: 1 })).toMatchObject({ passed: 12, failed: 2 });
  });

  it('counts each static check that failed', () => {
    const outcome = summarize(fine, { exitCode: 0, failedChecks: ['lint', 'types'] });
    expect(outcome).toMatchObject({ failed: 2, remarks: ['The lint check failed.', 'The types check failed.'] });
  });

  it('counts pending and todo tests as skipped', () => {
    expect(summarize({ ...fine, numPendingTests: 1, numTodoTests: 2 }, quiet)).toMatchObject({ skipped: 3 });
  });

  it('is a failure when no test ran, when jest wrote nothing, and when it said no without naming a test', () => {
    expect(summarize({ ...fine, numPassedTests: 0 }, quiet)).toMatchObject({ failed: 1, remarks: ['No test ran.'] });
    expect(summarize(undefined, { ...quiet, exitCode: 134 })).toMatchObject({ passed: 0, failed: 1 });
    expect(summarize(fine, { ...quiet, exitCode: 1 })).toMatchObject({ passed: 12, failed: 1 });
  });
});
