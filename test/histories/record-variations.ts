import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Context } from '@temporalio/activity';
import { Client, Connection, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { productionSaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { begin } from '../../src/workflows/counter/terminal-sale.messages.ts';
import { inLanes } from '../faults/harness/lanes.ts';
import { runningStack } from '../support/stack.ts';
import { activitiesOf } from '../workflows/stories.ts';
import { variations, type Variation } from './variations.ts';

// `node test/histories/record-variations.ts v1`: plays every variation on the running stack and keeps its history,
// compressed, because there are many. What is recorded already stays as it is: a changed workflow must replay it.
Runtime.install({ logger: new DefaultLogger('ERROR') });
const version = process.argv[2];
if (version === undefined) throw new Error('Name the version to record, for example: v2');
const folder = fileURLToPath(new URL(`./${version}/varied/`, import.meta.url));
mkdirSync(folder, { recursive: true });
const address = runningStack().temporalAddress;
const connection = await Connection.connect({ address });
const native = await NativeConnection.connect({ address });
const client = new Client({ connection });
const taskQueue = `record-variations-${Date.now()}`;
const scripts = new Map(variations.map((one) => [idOf(one), activitiesOf(one.script)]));
const names = ['dispatchSale', 'advanceSale', 'takeSale', 'cancelSale', 'lapseSale', 'loseSale', 'askForDecision'];
const others = ['settleLateEvent', 'closeLateEvent', 'postProcessorFees', 'keepStrayMoney'];
const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
const worker = await Worker.create({
  connection: native,
  taskQueue,
  workflowBundle: await bundleWorkflowCode({ workflowsPath }),
  activities: Object.fromEntries([...names, ...others].map((name) => [name, () => act(name)])),
});
const lanes = Array.from({ length: 16 }, (_, lane) => lane);
const missing = variations.filter(({ name }) => !existsSync(fileOf(name)));
await worker.runUntil(() => inLanes(lanes, missing, (_lane, variation) => record(variation)));
await connection.close();
await native.close();

function fileOf(name: string): string {
  return `${folder}${name}.json.gz`;
}

/** Each run follows its own script. */
function act(name: string): Promise<unknown> {
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
  const step = scripts.get(workflowId)?.[name];
  if (step === undefined) throw new Error(`${workflowId} has no ${name} in its script.`);
  return step();
}

async function record(variation: Variation): Promise<void> {
  const handle = await start(variation);
  await variation.play(handle);
  await handle.result();
  writeFileSync(fileOf(variation.name), gzipSync(historyToJSON(await handle.fetchHistory())));
  process.stdout.write(`recorded ${version}/varied/${variation.name}\n`);
}

async function start(variation: Variation): Promise<WorkflowHandle> {
  const options = { workflowId: idOf(variation), taskQueue, args: [inputOf(variation)] };
  if (variation.type !== 'terminalSale') return client.workflow.start(variation.type, options);
  const operation = new WithStartWorkflowOperation('terminalSale', { ...options, workflowIdConflictPolicy: 'USE_EXISTING' });
  await client.workflow.executeUpdateWithStart(begin, { updateId: 'begin', startWorkflowOperation: operation });
  return client.workflow.getHandle(options.workflowId);
}

function inputOf({ type, timing }: Variation): object {
  switch (type) {
    case 'terminalSale':
      return { schema: 1, saleId: 'sal_1', timing: { ...productionSaleTiming, ...timing } };
    case 'lateEvent':
      return { schema: 1, eventRowId: 'pev_1', saleId: 'sal_1' };
    case 'processorFees':
      return { schema: 1, processorAccountId: 'pac_1', pageSize: 2 };
    case 'strayMoney':
      return { schema: 1, processorAccountId: 'pac_1', paymentRef: 'pi_1' };
  }
}

function idOf({ name }: Variation): string {
  return `varied-${name}-${taskQueue}`;
}
