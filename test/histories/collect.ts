import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Client, Connection, type WorkflowExecutionInfo } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { runningStack } from '../support/stack.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

// `node test/histories/collect.ts v1 [minutes]`: keeps what the running stack has of each workflow that is not played by a
// script: fifty runs, as different from each other as there are, of the last minutes (after `npm run simulate`, say).
const scripted = new Set(['terminalSale', 'lateEvent', 'processorFees', 'strayMoney', 'bareSale', 'bareAsk']);
const wanted = 50;
const looked = 400;
const [version, minutes = '60'] = process.argv.slice(2);
if (version === undefined) throw new Error('Name the version to collect for, for example: v1');
const folder = fileURLToPath(new URL(`./${version}/collected/`, import.meta.url));
mkdirSync(folder, { recursive: true });
const connection = await Connection.connect({ address: runningStack().temporalAddress });
const client = new Client({ connection });

for (const [type, runs] of await runsByType()) await collect(type, runs);
await connection.close();

async function runsByType(): Promise<Map<string, WorkflowExecutionInfo[]>> {
  const since = new Date(Date.now() - Number(minutes) * 60_000).toISOString();
  const runs = new Map<string, WorkflowExecutionInfo[]>();
  // A run that went on as another one is a whole history too.
  const query = `ExecutionStatus IN ('Completed', 'ContinuedAsNew') AND StartTime > '${since}'`;
  for await (const run of client.workflow.list({ query })) {
    const known = runs.get(run.type) ?? [];
    if (known.length < looked && !scripted.has(run.type)) runs.set(run.type, [...known, run]);
  }
  return runs;
}

/** Runs of another course first: their events differ in kind or order. */
async function collect(type: string, runs: readonly WorkflowExecutionInfo[]): Promise<void> {
  const courses = new Map<string, string[]>();
  for (const { workflowId, runId } of runs) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const course = (history.events ?? []).map((event) => `${event.eventType}${nameIn(event)}`).join(' ');
    courses.set(course, [...(courses.get(course) ?? []), historyToJSON(history)]);
  }
  const turns = [...courses.values()].flatMap((same) => same.map((text, turn) => ({ text, turn })));
  const chosen = turns.toSorted((one, other) => one.turn - other.turn).slice(0, wanted);
  if (chosen.length >= wanted) for (const [n, { text }] of chosen.entries()) keep(`${type}.${String(n + 1).padStart(2, '0')}`, text);
  process.stdout.write(`${type}: ${chosen.length} of ${runs.length} runs, ${courses.size} courses\n`);
}

function nameIn({ activityTaskScheduledEventAttributes: scheduled }: HistoryEvent): string {
  return scheduled?.activityType?.name ?? '';
}

/** What is kept already stays as it is: a changed workflow must replay it. */
function keep(name: string, text: string): void {
  const file = `${folder}${name}.json.gz`;
  if (!existsSync(file)) writeFileSync(file, gzipSync(text));
}
