import { z } from 'zod';
import { saleStates } from '../../domain/counter/sale.ts';
import type { SaleAnswer, SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import type { SaleFacts } from '../../entities/counter/sale-facts.ts';
import type { SaleEventRow, SaleRow } from '../../entities/counter/sales.read.ts';
import type { StoredAnswer } from '../../entities/idempotency.ts';
import { problem } from '../problems.ts';
import { id, money, time } from '../schemas.ts';

/** A sale as every answer shows it. */
export const saleSchema = z
  .object({
    id: id('sale'),
    no: z.int().meta({ description: 'Running number, for people' }),
    organisation: id('organisation'),
    site: id('site'),
    reader: id('reader').nullable(),
    state: z.enum(saleStates),
    needsAttention: z.boolean().meta({ description: 'Somebody must decide; see `attentionReason`' }),
    attentionReason: z.string().nullable(),
    amount: money.meta({ description: 'What is sold, without the tip' }),
    tip: money,
    authorized: money.meta({ description: 'What the card was good for when it was read' }),
    captured: money.meta({ description: 'Taken from the card' }),
    description: z.string().nullable(),
    captureMode: z.enum(['manual', 'automatic']),
    tipMode: z.enum(['none', 'on_reader', 'fixed']),
    attempt: z.int().meta({ description: 'How often the sale was put on a reader' }),
    outcome: z.string().nullable().meta({ description: 'How the last attempt at a reader ended' }),
    declineCode: z.string().nullable(),
    card: z.object({ brand: z.string().nullable(), last4: z.string().nullable() }).nullable(),
    captureBefore: time.nullable().meta({ description: 'When an authorization lapses' }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Sale' });

/** One line of a sale's timeline. */
export const saleEventSchema = z
  .object({
    no: z.int().meta({ description: 'Grows; resume from it with `Last-Event-ID`' }),
    what: z.string(),
    why: z.string().nullable(),
    state: z.enum(saleStates),
    at: time,
  })
  .meta({ id: 'SaleEvent' });

/** A sale from what never changes and how it stands: a pure function, so that an answer can be given again. */
export function saleView(facts: SaleFacts, now: SaleSnapshot): z.input<typeof saleSchema> {
  const amount = (minor: number) => ({ amount: minor, currency: facts.currency });
  return {
    id: facts.id,
    no: facts.no,
    organisation: facts.organisationId,
    site: facts.siteId,
    reader: now.readerId,
    state: now.state,
    needsAttention: now.attentionReason !== null,
    attentionReason: now.attentionReason,
    amount: amount(facts.amountMinor),
    tip: amount(now.tipMinor),
    authorized: amount(now.authorizedMinor),
    captured: amount(now.capturedMinor),
    description: facts.description,
    captureMode: facts.captureMode,
    tipMode: facts.tipMode,
    attempt: now.attempt,
    outcome: now.outcome,
    declineCode: now.declineCode,
    card: now.brand === null && now.last4 === null ? null : { brand: now.brand, last4: now.last4 },
    captureBefore: now.captureBefore,
    createdAt: facts.createdAt,
    updatedAt: now.asOf,
  };
}

/** A sale as its row stands. */
export function saleRowView(row: SaleRow): z.input<typeof saleSchema> {
  return saleView(row.facts, row.snapshot);
}

/** A line of the timeline. */
export function saleEventView(event: SaleEventRow): z.input<typeof saleEventSchema> {
  return { no: event.no, what: event.what, why: event.why, state: event.state, at: event.at };
}

/**
 * The answer to a command from its outcome: `doneStatus` with the sale; 202 while the outcome is unknown; else the
 * refusal, with the sale so that the till can go on from where it stands.
 */
export function commandAnswer(facts: SaleFacts, answer: SaleAnswer, doneStatus: 200 | 201): StoredAnswer {
  switch (answer.kind) {
    case 'done':
      return { status: doneStatus, body: JSON.stringify(saleView(facts, answer.sale)) };
    case 'unknown':
      return { status: 202, body: JSON.stringify(saleView(facts, answer.sale)) };
    case 'refused': {
      const { state } = answer.sale;
      const members = {
        state,
        sale: saleView(facts, answer.sale),
        ...(answer.heldBy ? { heldBy: answer.heldBy } : {}),
      };
      const refusal = problem(answer.code, answer.message, members);
      return { status: refusal.status, body: JSON.stringify(refusal) };
    }
  }
}
