import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second. */
const msPerTick = 10;

/** How much processor time each process has used, all its threads together, in ms. */
export function processTimes(pids: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, processTime(pid)]));
}

/** `api 4.1, worker 9.0, …`: what each process used between two readings, for each of `count` things done. */
export function usedBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  count: number,
): string {
  const used = Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / count] as const);
  const total = used.reduce((sum, [, ms]) => sum + ms, 0);
  return `${used.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')}, together ${total.toFixed(1)}`;
}

function processTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}
