import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { SettlementMessenger, type SettlementAddress } from '../../src/api/settlement/settlement-messenger.ts';
import { settlementWorkflowId } from '../../src/workflows/settlement/settlement-run.messages.ts';
import { runningStack } from '../support/stack.ts';

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: runningStack().temporalAddress });
  client = new Client({ connection });
});
afterAll(() => connection.close());

/** A worker that takes a task and gives it up, as one does that dies with it in its hands. */
async function giveUpTask(taskQueue: string): Promise<void> {
  const { workflowService } = connection;
  const poll = () =>
    workflowService.pollWorkflowTaskQueue({ namespace: 'default', taskQueue: { name: taskQueue }, identity: 'dying' });
  const { taskToken } = await client.withDeadline(Date.now() + 20_000, poll);
  await workflowService.respondWorkflowTaskFailed({ namespace: 'default', taskToken, identity: 'dying' });
}

describe('a message to a workflow whose workers die one after the other with its task in their hands', () => {
  it('may be sent again, whether it begins the workflow or decides something in it', async () => {
    const taskQueue = `dying-${randomUUID()}`;
    const runId = `str_${randomUUID()}`;
    const run: SettlementAddress = { id: runId, workflowId: settlementWorkflowId(runId), zone: 'Asia/Tokyo' };
    const timing = { remindMs: 1_000, expireMs: null };
    const messenger = new SettlementMessenger(client, { taskQueue, deadlineMs: 1_000, timing });
    const updateId = randomUUID();
    const first = messenger.begin(run, updateId);
    // From the third on Temporal hands no message on.
    for (let dead = 0; dead < 3; dead += 1) await giveUpTask(taskQueue);
    expect(await first).toEqual({ kind: 'late' });
    expect(await messenger.begin(run, updateId)).toEqual({ kind: 'away' });
    const request = {
      decisionId: randomUUID(),
      by: { actor: 'person:one', assertedActor: null },
      decision: { kind: 'reject', reason: 'x' } as const,
    };
    expect(await messenger.decide(run, request)).toEqual({ kind: 'away' });
    await client.workflow.getHandle(run.workflowId).terminate();
  });
});
