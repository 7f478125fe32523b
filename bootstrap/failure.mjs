/** Something the reader can put right: what went wrong, and the ways to go on. */
export class SetupFailure extends Error {
  /**
   * @param {string} message what went wrong, in one sentence
   * @param {{ advice?: string[], detail?: string }} [more] what to do, and the last words of the program that failed
   */
  constructor(message, { advice = [], detail = '' } = {}) {
    super(message);
    this.name = 'SetupFailure';
    this.advice = advice;
    this.detail = detail.trim();
  }
}

/** Somebody pressed Ctrl-C or asked this process to end, or another work failed and this one is given up. */
export class Interrupted extends Error {
  /** @param {'SIGINT' | 'SIGTERM' | 'SIGHUP'} signal */
  constructor(signal) {
    super(`Interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

/** The whole story of a failure as lines for a terminal. */
export function describeFailure(error) {
  if (!(error instanceof SetupFailure)) return `\n${error?.stack ?? String(error)}\n`;
  const detail = error.detail ? `\n\n${error.detail.replace(/^/gm, '    ')}` : '';
  const advice =
    error.advice.length > 0 ? `\n\n  What you can do:\n${error.advice.map((way) => `    - ${way}`).join('\n')}` : '';
  return `\n  ${error.message}${detail}${advice}\n`;
}
