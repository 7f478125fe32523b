import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { TerminalSaleActivities } from '../activities/terminal-sale.activities.ts';
import { isFinalSaleState } from '../domain/sale.ts';
import { refusal, type SaleAnswer, type SaleSnapshot } from '../domain/sale-snapshot.ts';
import { nextStep } from '../domain/sale-timing.ts';
import { Mailbox } from './mailbox.ts';
import * as attributes from './search-attributes.messages.ts';
import {
  begin,
  cancel,
  capture,
  providerEvent,
  resolve,
  retry,
  status,
  type CancelCommand,
  type CaptureCommand,
  type ResolveCommand,
  type RetryCommand,
  type TerminalSaleInput,
} from './terminal-sale.messages.ts';

// A cashier waits for these. What stays unknown after a minute is found out by the ladder, under the same keys.
const activities = proxyActivities<TerminalSaleActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '60 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
});
// Rows only: without the database nothing else can be done either, so these wait for it.
const rows = proxyActivities<TerminalSaleActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

type Command =
  | { readonly kind: 'begin' }
  | ({ readonly kind: 'retry' } & RetryCommand)
  | ({ readonly kind: 'capture' } & CaptureCommand)
  | ({ readonly kind: 'cancel' } & CancelCommand)
  | ({ readonly kind: 'resolve' } & ResolveCommand);

/**
 * One sale at a reader, from `begin` to posted. Staff, webhooks and time only leave messages; this loop is the one
 * writer that acts on them, one at a time, and it ends when nothing more can happen to the sale. Final states are
 * returned; what cannot be decided stays open with attention.
 */
export async function terminalSale(input: TerminalSaleInput): Promise<SaleSnapshot> {
  const { saleId, timing } = input;
  const mailbox = new Mailbox<Command, SaleAnswer>();
  let sale = newSale();
  let since = Date.now();
  let looks = 0;
  let heard = false;
  let asked = false;

  setHandler(begin, () => mailbox.ask({ kind: 'begin' }));
  setHandler(retry, (command) => mailbox.ask({ kind: 'retry', ...command }));
  setHandler(capture, (command) => mailbox.ask({ kind: 'capture', ...command }));
  setHandler(cancel, (command) => mailbox.ask({ kind: 'cancel', ...command }));
  setHandler(resolve, (command) => mailbox.ask({ kind: 'resolve', ...command }));
  setHandler(providerEvent, () => void (heard = true));
  setHandler(status, () => sale);

  const become = (next: SaleSnapshot): void => {
    if (next.state !== sale.state || next.attempt !== sale.attempt) {
      since = Date.now();
      looks = 0;
    }
    showAttention(sale, next);
    sale = next;
    setCurrentDetails(describe(next));
  };

  while (!isFinalSaleState(sale.state)) {
    const next = nextStep({ state: sale.state, sinceMs: Date.now() - since, looks }, timing);
    const spoken = await condition(() => mailbox.hasMail() || heard, next.afterMs);
    const letter = mailbox.take();
    if (letter !== undefined) {
      const answer = await obey(saleId, letter.command, sale);
      become(answer.sale);
      letter.answer(answer);
    } else if (spoken) {
      heard = false;
      become(await tolerate(saleId, sale, activities.advanceSale({ saleId })));
    } else {
      looks += 1;
      become(
        await tolerate(saleId, sale, next.step === 'look' ? activities.advanceSale({ saleId }) : giveUp(saleId, sale)),
      );
    }
    if (!asked && sale.state === 'unresolved' && Date.now() - since >= timing.attentionMs) {
      asked = true;
      become(await rows.askForDecision({ saleId, reason: 'the outcome at the processor stays unknown' }));
    }
  }
  await mailbox.answerRest((command) => obey(saleId, command, sale));
  await condition(allHandlersFinished);
  return sale;
}

/** Does what staff asked. An activity that failed means that we do not know, never that nothing happened. */
async function obey(saleId: string, command: Command, sale: SaleSnapshot): Promise<SaleAnswer> {
  try {
    return await carryOut(saleId, command, sale);
  } catch (error) {
    if (!isSilence(error)) throw error;
    return { kind: 'unknown', sale: await rows.loseSale({ saleId }) };
  }
}

async function carryOut(saleId: string, command: Command, sale: SaleSnapshot): Promise<SaleAnswer> {
  switch (command.kind) {
    case 'begin':
      return sale.attempt > 0 ? { kind: 'done', sale } : activities.dispatchSale({ saleId, attempt: 1 });
    case 'retry':
      return again(saleId, command, sale);
    case 'capture':
      return activities.takeSale({ saleId, ...command });
    case 'cancel':
      return activities.cancelSale({ saleId, ending: 'canceled', reason: command.reason, actor: command.actor });
    case 'resolve':
      return decide(saleId, command);
  }
}

async function again(saleId: string, command: RetryCommand, sale: SaleSnapshot): Promise<SaleAnswer> {
  if (sale.state !== 'declined')
    return refusal('sale_state_conflict', `The sale is ${sale.state}, not declined.`, sale);
  const readerId = command.readerId ?? sale.readerId;
  return activities.dispatchSale({ saleId, attempt: sale.attempt + 1, ...(readerId === null ? {} : { readerId }) });
}

async function decide(saleId: string, command: ResolveCommand): Promise<SaleAnswer> {
  if (command.decision === 'look_again') return { kind: 'done', sale: await activities.advanceSale({ saleId }) };
  return activities.cancelSale({ saleId, ending: 'canceled', reason: command.reason, actor: command.actor });
}

/** The limit of patience: nobody began, no card came, nobody retried, nobody captured. */
async function giveUp(saleId: string, sale: SaleSnapshot): Promise<SaleSnapshot> {
  if (sale.state === 'created') return rows.lapseSale({ saleId });
  const answer = await activities.cancelSale({ saleId, ending: 'expired', reason: reasonFor(sale), actor: 'tillflow' });
  return answer.sale;
}

function reasonFor(sale: SaleSnapshot): string {
  switch (sale.state) {
    case 'awaiting_card':
      return 'no card was presented in time';
    case 'authorized':
      return 'nobody captured the authorized money in time';
    default:
      return 'nobody tried again in time';
  }
}

async function tolerate(saleId: string, sale: SaleSnapshot, work: Promise<SaleSnapshot>): Promise<SaleSnapshot> {
  try {
    return await work;
  } catch (error) {
    if (!isSilence(error)) throw error;
    return sale.state === 'created' ? sale : rows.loseSale({ saleId });
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof ActivityFailure && !isCancellation(error);
}

function showAttention(before: SaleSnapshot, after: SaleSnapshot): void {
  const changed = before.attentionReason !== after.attentionReason;
  if (!changed && !isFinalSaleState(after.state)) return;
  upsertSearchAttributes([
    { key: attributes.payState, value: after.state },
    ...(changed
      ? [
          { key: attributes.needsAttention, value: after.attentionReason !== null },
          { key: attributes.attentionReason, value: after.attentionReason },
        ]
      : []),
  ]);
}

function describe(sale: SaleSnapshot): string {
  const card = sale.last4 === null ? '' : `, ${sale.brand ?? 'card'} ${sale.last4}`;
  const attention = sale.attentionReason === null ? '' : `\n\n**Needs attention:** ${sale.attentionReason}`;
  return `**${sale.state}**, attempt ${sale.attempt}${card}${attention}`;
}

function newSale(): SaleSnapshot {
  return {
    state: 'created',
    attempt: 0,
    readerId: null,
    outcome: null,
    declineCode: null,
    tipMinor: 0,
    authorizedMinor: 0,
    capturedMinor: 0,
    brand: null,
    last4: null,
    attentionReason: null,
    captureBefore: null,
    asOf: new Date().toISOString(),
  };
}
