import type { SaleState } from '../../domain/counter/sale.ts';
import type { ProviderEventState } from './provider-event.entity.ts';
import { topUpOwners, type TopUpOwner, type TopUpQuestion } from '../cards/top-up-owners.read.ts';
import { cardOwners, type CardAnswer, type CardQuestion } from '../cards/card-owners.read.ts';
import { orNothing, places } from '../sql-list.ts';
import { isoTime, numberOf, sqlTime, textOf, type SqlPool, type SqlRow, type Statement } from '../sql-pool.ts';

/** A row of the inbox that waits for dispatch. */
export interface OpenEvent {
  readonly id: string;
  readonly processorAccountId: string;
  readonly payload: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly receivedAt: string;
}

/** The sale that an event belongs to. */
export interface EventOwner {
  readonly saleId: string;
  readonly processorAccountId: string;
  readonly state: SaleState;
}

/** What an account's events and hints name, to be looked up together. */
export interface OwnerQuestion {
  readonly processorAccountId: string;
  readonly saleHints: readonly string[];
  readonly objectRefs: readonly string[];
}

export interface OwnerAnswer {
  /** By sale id, of this account only: what another account's metadata says of a sale is not ours to believe. */
  readonly bySale: ReadonlyMap<string, EventOwner>;
  readonly byObject: ReadonlyMap<string, EventOwner>;
}

/** How a row's waiting ends, or goes on (`parked`). */
export interface Verdict {
  readonly eventRowId: string;
  readonly state: ProviderEventState;
  readonly reason: string;
  readonly saleId: string | null;
  /** A member's top-up, where it is no sale. */
  readonly topUpId?: string;
  /** For `parked`: when the sweep may take it again, ISO 8601. */
  readonly dueAt: string | null;
}

/** The inbox as its dispatcher reads and writes it: whole groups of rows, never one at a time. */
export class ProviderEventRows {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Those of `ids` that still wait, the oldest first. */
  async open(ids: readonly string[]): Promise<readonly OpenEvent[]> {
    if (ids.length === 0) return [];
    const sql = `SELECT id, processor_account_id, payload, attempts, received_at FROM provider_event
      WHERE id IN (${places(ids)}) AND state IN ('received', 'parked') ORDER BY id`;
    return (await this.#pool.rows(sql, [...ids])).map(openEvent);
  }

  /** The sales that own what is asked for. */
  async owners(question: OwnerQuestion): Promise<OwnerAnswer> {
    const account = question.processorAccountId;
    const [hinted = [], named = []] = await this.#pool.rowSets([
      {
        sql: `SELECT id, processor_account_id, state FROM sale
          WHERE processor_account_id = ? AND id IN (${places(question.saleHints)})`,
        values: [account, ...orNothing(question.saleHints)],
      },
      {
        sql: `SELECT o.object_id, s.id, s.processor_account_id, s.state FROM provider_object o JOIN sale s ON s.id = o.owner_id
          WHERE o.owner_kind = 'sale' AND o.processor_account_id = ? AND o.object_id IN (${places(question.objectRefs)})`,
        values: [account, ...orNothing(question.objectRefs)],
      },
    ]);
    return {
      bySale: new Map(hinted.map((row) => [textOf(row, 'id'), ownerOf(row)])),
      byObject: new Map(named.map((row) => [textOf(row, 'object_id'), ownerOf(row)])),
    };
  }

  /** The members' top-ups that own what is asked for, by their own ids and by the processor's objects. */
  topUps(question: TopUpQuestion): Promise<ReadonlyMap<string, TopUpOwner>> {
    return topUpOwners(this.#pool, question);
  }

  /** The card payments and refunds that events are about. */
  cards(question: CardQuestion): Promise<CardAnswer> {
    return cardOwners(this.#pool, question);
  }

  /** Those of `payoutIds` that are here. */
  async payouts(payoutIds: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = `SELECT id FROM payout WHERE id IN (${places(payoutIds)})`;
    const rows = await this.#pool.rows(sql, [...orNothing(payoutIds)]);
    return new Set(rows.map((row) => textOf(row, 'id')));
  }

  /** Those of `memberIds` who have asked to save a card. */
  async settingUp(memberIds: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = `SELECT member_id FROM auto_top_up WHERE member_id IN (${places(memberIds)})`;
    const rows = await this.#pool.rows(sql, [...orNothing(memberIds)]);
    return new Set(rows.map((row) => textOf(row, 'member_id')));
  }

  /**
   * Writes verdicts by compare-and-set: a row that somebody else has settled meanwhile keeps what they wrote. Rows
   * with the same verdict share a statement, all statements one commit.
   */
  async settle(verdicts: readonly Verdict[], now: string): Promise<void> {
    const groups = Object.values(Object.groupBy(verdicts, (one) => JSON.stringify({ ...one, eventRowId: '' })));
    const statements = groups.flatMap((group) => (group === undefined ? [] : settlement(group, now)));
    if (statements.length > 0) await this.#pool.transact(statements);
  }

  /**
   * Takes up to `limit` rows whose time has come, and puts their next time off to `againAt`, so that they are not taken
   * at every sweep while they wait in the queue.
   */
  async takeDue(now: string, againAt: string, limit: number): Promise<readonly string[]> {
    const [received = [], parked = []] = await this.#pool.rowSets(
      ['received', 'parked'].map((state) => ({
        sql: `SELECT id FROM provider_event WHERE state = '${state}' AND due_at <= ? ORDER BY due_at LIMIT ${limit}`,
        values: [sqlTime(now)],
      })),
    );
    const ids = [...received, ...parked].map((row) => textOf(row, 'id'));
    if (ids.length === 0) return [];
    const sql = `UPDATE provider_event SET due_at = ? WHERE id IN (${places(ids)}) AND state IN ('received', 'parked')`;
    await this.#pool.run(sql, [sqlTime(againAt), ...ids]);
    return ids;
  }
}

function settlement(group: readonly Verdict[], now: string): Statement[] {
  const [first] = group;
  if (first === undefined) return [];
  const settledAt = first.state === 'parked' ? null : sqlTime(now);
  const dueAt = first.dueAt === null ? null : sqlTime(first.dueAt);
  const ids = group.map((verdict) => verdict.eventRowId);
  return [
    {
      sql: `UPDATE provider_event SET state = ?, reason = ?, owner_kind = ?, owner_id = ?, settled_at = ?, due_at = ?,
        attempts = attempts + 1 WHERE id IN (${places(ids)}) AND state IN ('received', 'parked')`,
      values: [...[first.state, first.reason.slice(0, 255), ...ownerColumns(first)], ...[settledAt, dueAt, ...ids]],
    },
  ];
}

function ownerColumns({ saleId, topUpId }: Verdict): [string | null, string | null] {
  if (saleId !== null) return ['sale', saleId];
  return topUpId === undefined ? [null, null] : ['top_up', topUpId];
}

function openEvent(row: SqlRow): OpenEvent {
  return {
    id: textOf(row, 'id'),
    processorAccountId: textOf(row, 'processor_account_id'),
    payload: textOf(row, 'payload'),
    attempts: numberOf(row, 'attempts'),
    receivedAt: isoTime(textOf(row, 'received_at')),
  };
}

function ownerOf(row: SqlRow): EventOwner {
  return {
    saleId: textOf(row, 'id'),
    processorAccountId: textOf(row, 'processor_account_id'),
    state: textOf(row, 'state') as SaleState,
  };
}
