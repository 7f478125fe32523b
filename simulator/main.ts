import { parseArgs } from 'node:util';
import { startSimulator } from './server.ts';

const usage = 'Usage: node simulator/main.ts [--port 4010] [--host 127.0.0.1] [--seed N]';

/** Runs the simulator until it is told to stop; prints where it listens, and the seed that repeats its ids. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const simulator = await startSimulator({
    port: numberOf('port', values.port ?? '4010'),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.seed === undefined ? {} : { seed: numberOf('seed', values.seed) }),
  });
  console.log(`Stripe simulator listening on ${simulator.url} (seed ${simulator.seed}, key sk_test_demo)`);
  process.send?.({ ready: 'simulator', url: simulator.url });
  const stop = (): void => {
    void simulator.stop().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= 0) return number;
  throw new Error(`--${name} must be a whole number, not '${text}'. ${usage}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
