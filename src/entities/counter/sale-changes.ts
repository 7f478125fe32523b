import type { PaymentFact } from '../../domain/counter/processor-port.ts';
import type { AttemptOutcome, SaleChange, SaleState } from '../../domain/counter/sale.ts';
import { isOpenSaleState, saleTransitions } from '../../domain/counter/sale.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider, SqlValue } from '../../ledger/riders.ts';
import { newId } from '../new-id.ts';
import type { SaleFile } from './sale-file.ts';

/**
 * What one step does to a sale's rows, collected as data: the commit that posts the money carries them as riders, a
 * step without money commits them by themselves (decisions D39, D41). Every change is guarded by the sale's version,
 * so that a second writer, were there ever one, would lose and not overwrite.
 */
export class SaleChanges {
  readonly #file: SaleFile;
  readonly #set: Record<string, SqlValue> = {};
  readonly #events: Rider[] = [];
  readonly #others: Rider[] = [];
  #state: SaleState;
  /** The row of a payment that is first seen in this step. */
  #cardTransaction: Record<string, SqlValue> | undefined;

  constructor(file: SaleFile) {
    this.#file = file;
    this.#state = file.sale.state;
  }

  get state(): SaleState {
    return this.#state;
  }

  /** Moves the sale by `change`, with its line in the timeline. Throws when the table forbids it. */
  become(change: SaleChange, why: string | null, at: Date): this {
    this.#state = nextState(saleTransitions, this.#state, change);
    return this.note(this.#state, why, at).set({ state: this.#state });
  }

  /** Adds a line to the timeline without moving the sale. */
  note(what: string, why: string | null, at: Date): this {
    const row = { sale_id: this.#file.sale.id, occurred_at: at, what, why: cut(why), state: this.#state };
    this.#events.push({ insert: 'sale_event', row });
    return this;
  }

  set(columns: Record<string, SqlValue>): this {
    Object.assign(this.#set, columns);
    return this;
  }

  /** How the attempt under way ended; `chargeRef` tells its decline from the next one's. */
  endAttempt(outcome: AttemptOutcome, decline: { code: string | null; chargeRef: string | null }, at: Date): this {
    const { sale } = this.#file;
    this.set({ outcome, decline_code: decline.code });
    if (sale.attempt === 0) return this;
    this.#others.push({
      update: 'sale_attempt',
      key: { sale_id: sale.id, n: sale.attempt },
      set: { outcome, decline_code: decline.code, charge_ref: decline.chargeRef, ended_at: at },
    });
    return this;
  }

  /** Opens attempt `n` at the reader whose lease was just taken under `fence`. */
  openAttempt(n: number, reader: { id: string | null; fence: number | null; key: string }, at: Date): this {
    const { sale } = this.#file;
    this.set({ attempt: n, reader_id: reader.id, outcome: null, decline_code: null });
    const row = { sale_id: sale.id, n, reader_id: reader.id, fence: reader.fence, provider_key: reader.key };
    this.#others.push({ insert: 'sale_attempt', row: { ...row, started_at: at } });
    return this;
  }

  /** Remembers the processor's payment as ours, so that its events find their way. Once per sale. */
  ownPayment(payment: PaymentFact, at: Date): this {
    const { sale } = this.#file;
    if (sale.paymentRef) return this;
    this.set({ payment_ref: payment.paymentRef });
    const owner = { processor_account_id: sale.processorAccountId, owner_kind: 'sale', owner_id: sale.id };
    this.#cardTransaction = {
      ...owner,
      id: newId('cardTransaction'),
      organisation_id: sale.organisationId,
      payment_ref: payment.paymentRef,
      currency: sale.currency,
      state: 'open',
      created_at: at,
    };
    this.#others.push({ insert: 'provider_object', row: { ...owner, object_id: payment.paymentRef } });
    return this;
  }

  /** Writes what the processor says of the money and of the card. */
  recordPayment(payment: PaymentFact): this {
    const before = payment.captureBefore === null ? null : new Date(payment.captureBefore);
    // A fixed tip was ours to ask for; only one chosen at the reader is the processor's to tell.
    const tipMinor = this.#file.sale.tipMode === 'fixed' ? this.#file.sale.tipMinor : payment.tipMinor;
    this.set({ authorized_minor: payment.authorizedMinor, tip_minor: tipMinor, capture_before: before });
    if (payment.card === null) return this;
    return this.set({
      brand: payment.card.brand,
      last4: payment.card.last4,
      card_receipt: JSON.stringify(payment.card),
    });
  }

  /** Brings the card transaction to what was captured, or to its end without money; a new one is made so at once. */
  settleCardTransaction(columns: Record<string, SqlValue>): this {
    const { sale } = this.#file;
    if (this.#cardTransaction !== undefined) Object.assign(this.#cardTransaction, columns);
    else if (sale.paymentRef) {
      const key = { processor_account_id: sale.processorAccountId, payment_ref: sale.paymentRef };
      this.#others.push({ update: 'card_transaction', key, set: columns });
    }
    return this;
  }

  /** Gives the reader back, if this sale holds it (decisions D47). */
  releaseReader(): this {
    const { sale, reader } = this.#file;
    if (reader?.leaseOwner !== sale.id) return this;
    const key = { id: reader.id, lease_owner: sale.id };
    this.#others.push({ update: 'reader', key, set: { lease_kind: null, lease_owner: null } });
    return this;
  }

  /** The statements, the sale's own row first: its version decides before anything else is written. */
  riders(at: Date): readonly Rider[] {
    const { sale } = this.#file;
    const closed = isOpenSaleState(this.#state) ? {} : { open_for: null };
    const set = { ...this.#set, ...closed, updated_at: at };
    const own: Rider = { update: 'sale', key: { id: sale.id }, expectedVersion: sale.version, set };
    const card = this.#cardTransaction;
    const made: Rider[] = card === undefined ? [] : [{ insert: 'card_transaction', row: card }];
    return [own, ...made, ...this.#others, ...this.#events];
  }

  /** The sale as it stands once these changes are committed. */
  snapshot(at: Date): SaleSnapshot {
    const { sale } = this.#file;
    const now = snapshotOf(this.#file, at);
    const set = this.#set;
    const pick = <T>(column: string, old: T): T => (column in set ? (set[column] as unknown as T) : old);
    const before = pick<Date | null>('capture_before', sale.captureBefore ?? null);
    return {
      state: this.#state,
      attempt: pick('attempt', now.attempt),
      readerId: pick('reader_id', now.readerId),
      outcome: pick('outcome', now.outcome),
      declineCode: pick('decline_code', now.declineCode),
      tipMinor: pick('tip_minor', now.tipMinor),
      authorizedMinor: pick('authorized_minor', now.authorizedMinor),
      capturedMinor: pick('captured_minor', now.capturedMinor),
      brand: pick('brand', now.brand),
      last4: pick('last4', now.last4),
      attentionReason: pick('attention_reason', now.attentionReason),
      captureBefore: before?.toISOString() ?? null,
      asOf: at.toISOString(),
    };
  }
}

/** The sale as its rows have it. */
export function snapshotOf(file: Pick<SaleFile, 'sale'>, at: Date): SaleSnapshot {
  const { sale } = file;
  return {
    state: sale.state,
    attempt: sale.attempt,
    readerId: orNull(sale.readerId),
    outcome: orNull(sale.outcome),
    declineCode: orNull(sale.declineCode),
    tipMinor: sale.tipMinor,
    authorizedMinor: sale.authorizedMinor,
    capturedMinor: sale.capturedMinor,
    brand: orNull(sale.brand),
    last4: orNull(sale.last4),
    attentionReason: orNull(sale.attentionReason),
    captureBefore: orNull(sale.captureBefore?.toISOString()),
    asOf: at.toISOString(),
  };
}

/** The ORM leaves a column that was never set undefined. */
function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}

function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, 255);
}
