import { setTimeout } from 'node:timers/promises';

/** Waits until `holds` says yes, and fails when it does not within `withinMs`: for what happens in its own time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { withinMs = 30_000, everyMs = 10 }: { withinMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It did not come true within ${withinMs} ms: ${String(holds)}`);
    await setTimeout(everyMs);
  }
}
