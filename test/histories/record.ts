import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { productionSaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { closeLateEvent } from '../../src/workflows/payments/late-event.messages.ts';
import { begin, terminalSaleWorkflowId } from '../../src/workflows/counter/terminal-sale.messages.ts';
import { activitiesOf, saleStories, type Script, type Story } from '../workflows/stories.ts';

// `npm run histories`: plays every story on a real server and keeps its history. A history of a released version is
// never recorded again: a changed workflow must still replay it, so new paths get new files (spec/temporal.md 1.8).
Runtime.install({ logger: new DefaultLogger('ERROR') });
const address = process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233';
const version = process.argv[2];
if (version === undefined) throw new Error('Name the version to record, for example: npm run histories -- v2');
const folder = fileURLToPath(new URL(`./${version}/`, import.meta.url));
mkdirSync(folder, { recursive: true });
const connection = await Connection.connect({ address });
const native = await NativeConnection.connect({ address });
const client = new Client({ connection });
const bundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)) });

for (const story of saleStories) await record(`terminal-sale.${story.name}`, story.script, (queue) => playSale(story, queue));
const settled = { settleLateEvent: [() => ({ kind: 'settled', reason: 'the book agrees' })] };
const attention = { settleLateEvent: [() => ({ kind: 'attention', reason: 'a refund' })], closeLateEvent: [() => undefined] };
await record('late-event.settled', settled, (queue) => playLateEvent(queue));
await record('late-event.attended', attention, (queue) => playLateEvent(queue, 'refunded by hand'));
await record('processor-fees.two-pages', { postProcessorFees: [() => ({ posted: 2, more: true }), () => ({ posted: 1, more: false })] }, playFees);
await connection.close();
await native.close();

async function record(name: string, script: Script, play: (taskQueue: string) => Promise<WorkflowHandle>): Promise<void> {
  const taskQueue = `record-${name}-${Date.now()}`;
  const worker = await workerFor(bundle, taskQueue, script);
  await worker.runUntil(async () => {
    const handle = await play(taskQueue);
    await handle.result();
    writeFileSync(`${folder}${name}.json`, `${historyToJSON(await handle.fetchHistory())}\n`);
    process.stdout.write(`recorded ${version}/${name}\n`);
  });
}

function workerFor(workflowBundle: WorkflowBundleWithSourceMap, taskQueue: string, script: Script): Promise<Worker> {
  return Worker.create({ connection: native, taskQueue, workflowBundle, activities: activitiesOf(script) });
}

async function playSale(story: Story, taskQueue: string): Promise<WorkflowHandle> {
  const saleId = taskQueue;
  const timing = { ...productionSaleTiming, ...story.timing };
  const options = { workflowId: terminalSaleWorkflowId(saleId), taskQueue, args: [{ schema: 1, saleId, timing }] };
  if (story.unbegun) return client.workflow.start('terminalSale', options);
  const operation = new WithStartWorkflowOperation('terminalSale', { ...options, workflowIdConflictPolicy: 'USE_EXISTING' });
  await client.workflow.executeUpdateWithStart(begin, { updateId: 'begin', startWorkflowOperation: operation });
  const handle = client.workflow.getHandle(options.workflowId);
  await story.play?.(handle);
  return handle;
}

async function playLateEvent(taskQueue: string, reason?: string): Promise<WorkflowHandle> {
  const args = [{ schema: 1, eventRowId: 'pev_1', saleId: 'sal_1' }];
  const handle = await client.workflow.start('lateEvent', { workflowId: `late-${taskQueue}`, taskQueue, args });
  if (reason !== undefined) await handle.executeUpdate(closeLateEvent, { args: [{ actor: 'key_1', reason }] });
  return handle;
}

function playFees(taskQueue: string): Promise<WorkflowHandle> {
  const args = [{ schema: 1, processorAccountId: 'pac_1', pageSize: 2 }];
  return client.workflow.start('processorFees', { workflowId: `fees-${taskQueue}`, taskQueue, args });
}
