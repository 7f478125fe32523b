import { Interrupted } from './failure.mjs';

const frameMs = 120;
const firstWordMs = 3000;
const wordEveryMs = 10_000;
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Says what is being waited for and for how long. On a terminal the running steps stand below the finished ones and
 * count; elsewhere a step that lasts says so after 3 s and then every 10 s.
 * @param {{ stream?: { write: (text: string) => unknown, isTTY?: boolean, columns?: number }, interactive?: boolean }} [options]
 */
export function createProgress({
  stream = process.stdout,
  interactive = stream.isTTY === true && !process.env.CI,
} = {}) {
  const running = new Set();
  const screen = interactive ? liveScreen(stream, running) : plainScreen(stream, running);
  return {
    /** Begins a step: `what` is its subject, `doing` what is being done right now. */
    begin(what, doing) {
      const step = { what, doing, since: performance.now(), spokenAt: 0 };
      running.add(step);
      screen.changed();
      const finish = (status, where) => {
        if (!running.delete(step)) return;
        screen.print(finishedLine(status, step, where));
      };
      return {
        note: (text) => {
          step.doing = text;
        },
        done: (subject = what, where = '', status = 'ready') => {
          step.what = subject;
          finish(status, where);
        },
        fail: (error) => finish(isInterruption(error) ? 'stopped' : 'failed', step.doing),
        /** A line of its own about the step. */
        say: (text) => screen.print(tableLine('note', step.what, text, '')),
        drop: () => {
          running.delete(step);
          screen.changed();
        },
      };
    },
    /** A line of its own, above whatever is running. */
    say: (text) => screen.print(text),
    /** Leaves the terminal as it was found. */
    end: () => {
      running.clear();
      screen.end();
    },
  };
}

/**
 * Does `work(step)` as a step of the progress. It is reported as ready, with what `told(result)` says of it, or as
 * failed; a step about which nothing is told leaves no line.
 * @param {object} progress
 * @param {[string, string]} subject what it is about, and what is being done
 * @param {(step: { note: (text: string) => void }) => Promise<T>} work
 * @param {(result: T) => [string, string, string?] | undefined} told subject, place and status of the finished line
 * @returns {Promise<T>}
 * @template T
 */
export async function during(progress, [what, doing], work, told) {
  const step = progress.begin(what, doing);
  try {
    const result = await work(step);
    const line = told(result);
    if (line) step.done(...line);
    else step.drop();
    return result;
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

/** `1.1 s`, `42 s`, `4 min 20 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** One line of the table: `  ready   mariadb 10.11         127.0.0.1:41306                         1.1 s`. */
export function tableLine(status, what, where, time) {
  return `  ${status.padEnd(8)}${what.padEnd(22)}${where.padEnd(34)}${time.padStart(11)}`.trimEnd();
}

function finishedLine(status, step, where) {
  return tableLine(status, step.what, where, duration(performance.now() - step.since));
}

/** Another work failed or somebody pressed Ctrl-C: this one is not to blame. */
const isInterruption = (error) => error instanceof Interrupted;

function plainScreen(stream, running) {
  const speak = () => {
    const now = performance.now();
    for (const step of running) {
      const silence = now - (step.spokenAt || step.since);
      if (silence < (step.spokenAt ? wordEveryMs : firstWordMs)) continue;
      step.spokenAt = now;
      stream.write(`${tableLine('wait', step.what, step.doing, duration(now - step.since))}\n`);
    }
  };
  const timer = setInterval(speak, 1000);
  timer.unref();
  return { changed: () => {}, print: (text) => stream.write(`${text}\n`), end: () => clearInterval(timer) };
}

function liveScreen(stream, running) {
  let drawn = 0;
  let frame = 0;
  const erase = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    const now = performance.now();
    const width = (stream.columns ?? 80) - 1;
    const mark = spinner[frame % spinner.length];
    for (const step of running) {
      stream.write(`${tableLine(mark, step.what, step.doing, duration(now - step.since)).slice(0, width)}\n`);
      drawn += 1;
    }
  };
  const redraw = () => {
    erase();
    draw();
  };
  const timer = setInterval(() => {
    frame += 1;
    if (running.size > 0) redraw();
  }, frameMs);
  timer.unref();
  return {
    changed: redraw,
    print: (text) => {
      erase();
      stream.write(`${text}\n`);
      draw();
    },
    end: () => {
      clearInterval(timer);
      erase();
    },
  };
}
