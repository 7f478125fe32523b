import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { bundlePath, quietRuntime } from '../support/temporal.ts';
import { saleStories } from './stories.ts';

const folder = resolve(__dirname, '../histories');
const versions = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const histories = versions.flatMap((version) =>
  readdirSync(join(folder, version.name))
    .filter((file) => file.endsWith('.json'))
    .map((file) => join(version.name, file)),
);

beforeAll(quietRuntime);

describe('recorded histories', () => {
  it.each(histories)('replays %s without a difference', async (file) => {
    const history: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const replayed = Worker.runReplayHistory(
      { workflowBundle: { codePath: bundlePath() } },
      history,
      workflowIdOf(history),
    );
    await expect(replayed).resolves.toBeUndefined();
  });

  it('covers every story of a sale', () => {
    const recorded = new Set(histories.map((file) => file.split('/').at(-1)));
    for (const story of saleStories) expect(recorded).toContain(`terminal-sale.${story.name}.json`);
  });

  it('notices a history that another workflow wrote', async () => {
    const text = readFileSync(join(folder, 'v1/terminal-sale.approved-automatic.json'), 'utf8');
    const altered: unknown = JSON.parse(text.replaceAll('"dispatchSale"', '"dispatchSales"'));
    const replayed = Worker.runReplayHistory(
      { workflowBundle: { codePath: bundlePath() } },
      altered,
      workflowIdOf(altered),
    );
    await expect(replayed).rejects.toThrow(/TMPRL1100/);
  });
});

/** The workflow id is not needed by any of the workflows; the first event's run id serves. */
function workflowIdOf(history: unknown): string {
  const events = (history as { events: { workflowExecutionStartedEventAttributes?: { workflowId?: string } }[] })
    .events;
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'replayed';
}
