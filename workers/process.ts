/** Something that runs until it is told to stop, and then finishes what it has begun. */
export interface Running {
  /** What a parent process or a log line may want to know, such as ports. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** Resolves when it has ended by itself, rejects when it cannot go on. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * The life of one process: start, say so (to a parent over IPC and on standard error), stop gracefully at SIGTERM or
 * SIGINT, exit non-zero when something broke. A second signal ends it at once.
 */
export async function serve(name: string, start: () => Promise<Running>): Promise<void> {
  const startedAt = performance.now();
  const running = await start().catch((error: unknown) => fail(name, error));
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    if (stopping !== undefined) process.exit(1);
    stopping = running.stop();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.send?.({ ready: name, startedInMs: performance.now() - startedAt, ...running.facts });
  await running.ended.catch((error: unknown) => fail(name, error));
  await stopping;
  process.exit(0);
}

function fail(name: string, error: unknown): never {
  process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
