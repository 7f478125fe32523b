/**
 * What a run comes to. A check that failed, a file that could not run, a jest that said no without naming a test, and
 * a run without any test are failures too.
 * @param {object | undefined} results what jest wrote, if it wrote anything
 * @param {{ exitCode: number, failedChecks: string[] }} run
 * @returns {{ passed: number, failed: number, skipped: number, remarks: string[] }}
 */
export function summarize(results, { exitCode, failedChecks }) {
  const remarks = failedChecks.map((name) => `The ${name} check failed.`);
  const passed = results?.numPassedTests ?? 0;
  const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
  const brokenFiles = results?.numRuntimeErrorTestSuites ?? 0;
  if (brokenFiles > 0) remarks.push(`${brokenFiles} test ${brokenFiles === 1 ? 'file' : 'files'} could not run.`);
  let failed = (results?.numFailedTests ?? 0) + brokenFiles;
  if (failed === 0) {
    const strange = unexplained(results, exitCode, passed);
    if (strange) remarks.push(strange);
    if (strange) failed = 1;
  }
  return { passed, failed: failed + failedChecks.length, skipped, remarks };
}

function unexplained(results, exitCode, passed) {
  if (!results) return `jest wrote no results (it ended with code ${exitCode}).`;
  if (exitCode !== 0) return `jest ended with code ${exitCode} although no test failed.`;
  return passed === 0 ? 'No test ran.' : undefined;
}
