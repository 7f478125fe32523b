import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Worker } from '@temporalio/worker';
import { bundlePath, quietRuntime } from '../support/temporal.ts';
import { Tally } from './harness/lanes.ts';
import type { Fault, FaultContext } from './harness/types.ts';

const folder = resolve(import.meta.dirname, '../histories');
const wanted = 50;
/** In small size, of each type; `test/workflows/replay.test.ts` replays every story besides. */
const sample = 4;

/** The workflows as they are now, against every history that was ever recorded; altered histories must be noticed. */
export const fault: Fault = {
  id: 'F28',
  title: 'every recorded history replays, and an altered one is noticed',
  run: async (context) => {
    quietRuntime();
    const all = histories();
    const count = new Tally();
    for (const { type } of all) count.add(type);
    const types = [...new Set(all.map(({ type }) => type))];
    const lacking = workflowNames().filter((name) => !types.includes(name));
    const chosen = types.flatMap((type) =>
      choose(
        all.filter((one) => one.type === type),
        context,
      ),
    );
    const failed = (await replay(chosen)).map(({ name, error }) => `${name}: ${error}`);
    const altered = types.map((type) => alter(chosen.find((one) => one.type === type)!));
    const noticed = (await replay(altered)).filter(({ error }) => error.includes('TMPRL1100')).length;
    const few = types.filter((type) => count.of(type) < wanted);
    return {
      pass: failed.length === 0 && noticed === types.length && few.length + lacking.length === 0,
      figures:
        `${chosen.length} of ${all.length} histories replayed (${count.toString()}; ${wanted} of each wanted), ` +
        `workflows without any: ${lacking.join(', ') || 'none'}, ` +
        `failed ${failed.length}, ${noticed} of ${altered.length} altered ones noticed ${failed.join('; ')}`.trimEnd(),
      injections: altered.length,
    };
  },
};

/** Every workflow that a worker runs, by the names that it exports. */
function workflowNames(): string[] {
  const text = readFileSync(resolve(import.meta.dirname, '../../src/workflows/index.ts'), 'utf8');
  return [...text.matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name ?? '');
}

interface Recorded {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

function histories(): Recorded[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.json(\.gz)?$/.test(name))
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return { name, text, type: /"workflowType":\s*\{\s*"name":\s*"(\w+)"/.exec(text)?.[1] ?? 'unknown' };
    });
}

function choose(of: readonly Recorded[], { size, random }: FaultContext): readonly Recorded[] {
  return size === 'full' ? of : random.shuffled(of).slice(0, sample);
}

/** The first activity has another name, as if another workflow had written the history. */
function alter({ name, type, text }: Recorded): Recorded {
  const activity = /"activityType":\s*\{\s*"name":\s*"(\w+)"/.exec(text)?.[1];
  if (activity === undefined) throw new Error(`${name} has no activity to alter.`);
  return { name: `altered-${name}`, type, text: text.replaceAll(`"${activity}"`, `"${activity}Elsewhere"`) };
}

/** What did not replay, with why. */
async function replay(chosen: readonly Recorded[]): Promise<{ name: string; error: string }[]> {
  const given = chosen.map(({ name, text }) => ({ workflowId: name, history: JSON.parse(text) as unknown }));
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: bundlePath() } }, given);
  const failed: { name: string; error: string }[] = [];
  for await (const { workflowId, error } of results) {
    if (error !== undefined) failed.push({ name: workflowId, error: error.message });
  }
  return failed;
}
