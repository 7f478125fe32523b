import {
  allHandlersFinished,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { DispatchRequest } from '../../activities/counter/sale-dispatching.ts';
import type { TerminalSaleActivities } from '../../activities/counter/terminal-sale.activities.ts';
import { isFinalSaleState } from '../../domain/counter/sale.ts';
import { refusal, type SaleAnswer, type SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { nextStep, type NextStep } from '../../domain/counter/sale-timing.ts';
import { setAlarm } from '../alarm.ts';
import { isSilence } from '../silence.ts';
import { Mailbox, type Letter } from '../mailbox.ts';
import * as attributes from '../search-attributes.messages.ts';
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

// A killed worker is silent at once: its sales move to another one after this, not when their time is up (quality.md F1).
const heartbeatTimeout = '5 seconds';
// A cashier waits for these. What stays unknown after a minute is found out by the ladder, under the same keys.
const activities = proxyActivities<TerminalSaleActivities>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '60 seconds',
  heartbeatTimeout,
  retry: { initialInterval: '50 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds' },
});
// Rows only: without the database nothing else can be done either, so these wait for it.
const rows = proxyActivities<TerminalSaleActivities>({
  startToCloseTimeout: '10 seconds',
  heartbeatTimeout,
  retry: { initialInterval: '50 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

type Command =
  | { readonly kind: 'begin' }
  | ({ readonly kind: 'retry' } & RetryCommand)
  | ({ readonly kind: 'capture' } & CaptureCommand)
  | ({ readonly kind: 'cancel' } & CancelCommand)
  | ({ readonly kind: 'resolve' } & ResolveCommand);

/** Where the run stands between two messages. */
interface Course {
  sale: SaleSnapshot;
  /** When the sale came to its state, in ms; how often it looked at the processor since. */
  since: number;
  looks: number;
  /** A hint came that something happened at the processor. */
  heard: boolean;
  /** A person was asked. */
  asked: boolean;
}

type SaleMailbox = Mailbox<Command, SaleAnswer>;

/**
 * One sale at a reader, from `begin` to posted. Staff, webhooks and time only leave messages; this loop is the one
 * writer that acts on them, one at a time, and it ends when nothing more can happen to the sale. Final states are
 * returned; what cannot be decided stays open with attention.
 */
export async function terminalSale(input: TerminalSaleInput): Promise<SaleSnapshot> {
  const mailbox: SaleMailbox = new Mailbox();
  const course: Course = { sale: newSale(), since: Date.now(), looks: 0, heard: false, asked: false };
  listen(mailbox, course);

  while (!isFinalSaleState(course.sale.state)) {
    const next = nextStep({ ...course, state: course.sale.state, sinceMs: Date.now() - course.since }, input.timing);
    const alarm = mailbox.hasMail() ? undefined : setAlarm(next.afterMs, `${next.step} while ${course.sale.state}`);
    await condition(() => mailbox.hasMail() || course.heard || alarm?.rang() === true);
    const letter = mailbox.take();
    if (letter !== undefined) await answerLetter(input.saleId, letter, course);
    else if (course.heard) await followHint(input.saleId, course);
    else await takeStep(input.saleId, next.step, course);
    if (!isFinalSaleState(course.sale.state)) alarm?.turnOff();
    await askWhenUnknownForLong(input, course);
  }
  await mailbox.answerRest((command) => obey(input.saleId, command, course.sale));
  await condition(allHandlersFinished);
  return course.sale;
}

function listen(mailbox: SaleMailbox, course: Course): void {
  setHandler(begin, () => mailbox.ask({ kind: 'begin' }));
  setHandler(retry, (command) => mailbox.ask({ kind: 'retry', ...command }));
  setHandler(capture, (command) => mailbox.ask({ kind: 'capture', ...command }));
  setHandler(cancel, (command) => mailbox.ask({ kind: 'cancel', ...command }));
  setHandler(resolve, (command) => mailbox.ask({ kind: 'resolve', ...command }));
  setHandler(providerEvent, () => void (course.heard = true));
  setHandler(status, () => course.sale);
}

async function answerLetter(saleId: string, letter: Letter<Command, SaleAnswer>, course: Course): Promise<void> {
  const answer = await obey(saleId, letter.command, course.sale);
  become(course, answer.sale);
  letter.answer(answer);
}

async function followHint(saleId: string, course: Course): Promise<void> {
  course.heard = false;
  become(course, await tolerate(saleId, course.sale, activities.advanceSale({ saleId })));
}

async function takeStep(saleId: string, step: NextStep['step'], course: Course): Promise<void> {
  course.looks += 1;
  const work = step === 'look' ? activities.advanceSale({ saleId }) : giveUp(saleId, course.sale);
  become(course, await tolerate(saleId, course.sale, work));
}

async function askWhenUnknownForLong({ saleId, timing }: TerminalSaleInput, course: Course): Promise<void> {
  const isLong = course.sale.state === 'unresolved' && Date.now() - course.since >= timing.attentionMs;
  if (course.asked || !isLong) return;
  course.asked = true;
  become(course, await rows.askForDecision({ saleId, reason: 'the outcome at the processor stays unknown' }));
}

function become(course: Course, next: SaleSnapshot): void {
  if (next.state !== course.sale.state || next.attempt !== course.sale.attempt) {
    course.since = Date.now();
    course.looks = 0;
  }
  showAttention(course.sale, next);
  course.sale = next;
  setCurrentDetails(describe(next));
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
      return sale.attempt > 0 ? { kind: 'done', sale } : dispatch({ saleId, attempt: 1 });
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

function dispatch(request: DispatchRequest): Promise<SaleAnswer> {
  return activities.dispatchSale.executeWithOptions({ summary: `attempt ${request.attempt} at the reader` }, [request]);
}

async function again(saleId: string, command: RetryCommand, sale: SaleSnapshot): Promise<SaleAnswer> {
  if (sale.state !== 'declined')
    return refusal('sale_state_conflict', `The sale is ${sale.state}, not declined.`, sale);
  const readerId = command.readerId ?? sale.readerId;
  return dispatch({ saleId, attempt: sale.attempt + 1, ...(readerId === null ? {} : { readerId }) });
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
