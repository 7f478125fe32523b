import { say } from './story.ts';

/** A demo that can be interrupted and that takes down what it started, whatever happens. */
export interface Demo {
  run(stopped: Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Runs it until it ends or Ctrl-C; a failure is told and is the exit code. */
export async function runDemo(demo: Demo): Promise<never> {
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve.bind(null, undefined));
    process.once('SIGTERM', resolve.bind(null, undefined));
  });
  let failure: unknown;
  try {
    await Promise.race([stopped, demo.run(stopped)]);
  } catch (error) {
    failure = error;
  }
  await demo.stop();
  if (failure !== undefined) say(`\n  Failed: ${failure instanceof Error ? failure.message : JSON.stringify(failure)}`);
  process.exit(failure === undefined ? 0 : 1);
}

/** Reads what the command must set. */
export function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set. Run it through: npm start`);
  return value;
}
