import type { Stripe } from 'stripe';
import type { ChargeRecord, IntentRecord, ReadCard } from '../records.ts';
import type { Account, IntentBackground } from '../store.ts';
import type { Decline } from '../declines.ts';
import { judge } from '../test-cards.ts';
import { documentation, refusal, type ApiError } from '../wire/errors.ts';
import { emit, snapshot, type World } from '../world.ts';
import { settleChargeLater } from './balance-transactions.ts';
import { chargeDetails, newPaymentMethod } from './card-shape.ts';
import { newCharge } from './charge-shape.ts';
import { cardPresentCapture, isCapturedLater } from './payment-intent-shape.ts';

/** A card presented for an intent; `tipMinor` undefined means that the reader did not ask for a tip. */
export interface Attempt {
  intent: IntentRecord;
  read: ReadCard;
  tipMinor: number | undefined;
  /** What the reader showed, before the tip: this is authorized, whatever the intent's amount has become. */
  shownMinor: number;
  /** Given when the card was read earlier, in a two-step payment. */
  paymentMethod?: string;
}
export type AttemptResult = { kind: 'approved' } | { kind: 'declined'; decline: Decline; charge: string };

/** The hidden side of an intent. */
export function backgroundOf(account: Account, intent: IntentRecord): IntentBackground {
  let background = account.background.get(intent.id);
  if (background === undefined) {
    background = { collected: null, pinRefusals: 0, expiry: null, searchable: [] };
    account.background.set(intent.id, background);
  }
  return background;
}

/** Something about the intent changed: search will know after its lag. */
export function noteChange(world: World, account: Account, intent: IntentRecord): void {
  backgroundOf(account, intent).searchable.push({
    atMs: world.clock.nowMs(),
    status: intent.status,
    amount: intent.amount,
    metadata: intent.metadata,
  });
}

/** The issuer decides; the intent and a new charge show it, and their events go out before the reader's (terminal.md 5.3). */
export function attemptPayment(world: World, account: Account, attempt: Attempt): AttemptResult {
  const { intent, read } = attempt;
  const background = backgroundOf(account, intent);
  const amountMinor = attempt.shownMinor + (attempt.tipMinor ?? 0);
  const verdict =
    unsuitable(intent, read) ??
    judge({
      card: read.card,
      amountMinor,
      readMethod: read.readMethod,
      pinRefusals: background.pinRefusals,
      amountEndings: world.settings.amountEndings,
    });
  background.collected = null;
  if (verdict === 'approved') {
    approve(world, account, attempt);
    return { kind: 'approved' };
  }
  if (read.card.firstTap !== undefined) background.pinRefusals += 1;
  return { kind: 'declined', decline: verdict, charge: decline(world, account, { ...attempt, verdict }) };
}

/** A card whose network this intent does not take, or whose money cannot wait for a capture. */
function unsuitable(intent: IntentRecord, { card }: ReadCard): Decline | undefined {
  const unsupported: Decline = {
    code: 'card_declined',
    declineCode: 'card_not_supported',
    message: 'Your card is not supported.',
  };
  if (!intent.payment_method_types.includes(card.family)) return unsupported;
  const mustWait = isCapturedLater(intent) && cardPresentCapture(intent) !== 'manual_preferred';
  return card.family === 'interac_present' && mustWait ? unsupported : undefined;
}

function approve(world: World, account: Account, attempt: Attempt): void {
  const { intent, read, tipMinor } = attempt;
  const waits = isCapturedLater(intent) && read.card.family === 'card_present';
  const amountMinor = attempt.shownMinor + (tipMinor ?? 0);
  intent.amount += tipMinor ?? 0;
  if (tipMinor !== undefined) intent.amount_details = { tip: { amount: tipMinor } };
  const charge = chargeFor(world, account, { attempt, waits, amountMinor });
  recordApproval(world, account, { intent, charge, validMs: waits ? world.settings.authorizationValidMs : undefined });
}

/** An approved charge: held until it is captured when `validMs` says how long that can wait, taken at once otherwise. */
export function recordApproval(
  world: World,
  account: Account,
  { intent, charge, validMs }: { intent: IntentRecord; charge: ChargeRecord; validMs: number | undefined },
): void {
  account.charges.add(charge);
  intent.last_payment_error = null;
  intent.next_action = null;
  intent.payment_method = charge.payment_method;
  intent.latest_charge = charge.id;
  if (validMs === undefined) {
    take(world, account, { charge, amountMinor: charge.amount });
    intent.amount_received = charge.amount;
    become(world, account, { intent, status: 'succeeded', event: 'payment_intent.succeeded' });
  } else {
    intent.amount_capturable = charge.amount;
    become(world, account, { intent, status: 'requires_capture', event: 'payment_intent.amount_capturable_updated' });
    planExpiry(world, account, { intent, validMs });
  }
  emit(world, account, { type: 'charge.succeeded', object: charge });
}

function chargeFor(
  world: World,
  account: Account,
  {
    attempt,
    waits,
    amountMinor,
    verdict,
  }: { attempt: Attempt; waits: boolean; amountMinor: number; verdict?: Decline },
): ChargeRecord {
  const { intent, read } = attempt;
  const captureBefore = Math.floor((world.clock.nowMs() + world.settings.authorizationValidMs) / 1000);
  const approved = verdict === undefined;
  const options = intent.payment_method_options?.card_present;
  const paymentMethod = attempt.paymentMethod ?? addPaymentMethod(world, account, read);
  const details = chargeDetails(read, {
    amountMinor,
    approved,
    incremental: approved && options?.request_incremental_authorization_support === true,
    captureBefore: waits ? captureBefore : undefined,
  });
  return newCharge(world, {
    ...{ intent, paymentMethod, amountMinor, details },
    ...(verdict === undefined ? {} : { decline: verdict }),
  });
}

/** Remembers the card that was read as a payment method; its id. */
export function addPaymentMethod(world: World, account: Account, read: ReadCard): string {
  const method = newPaymentMethod(world, read);
  account.paymentMethods.add(method);
  account.cardNumbers.set(method.id, read.card.number);
  return method.id;
}

function decline(world: World, account: Account, attempt: Attempt & { verdict: Decline }): string {
  const { intent, verdict } = attempt;
  const amountMinor = attempt.shownMinor + (attempt.tipMinor ?? 0);
  const charge = chargeFor(world, account, { attempt, waits: false, amountMinor, verdict });
  recordDecline(world, account, { intent, charge, decline: verdict });
  return charge.id;
}

/** A refused charge: the intent waits for another card and says why. */
export function recordDecline(
  world: World,
  account: Account,
  { intent, charge, decline: why }: { intent: IntentRecord; charge: ChargeRecord; decline: Decline },
): void {
  account.charges.add(charge);
  intent.latest_charge = charge.id;
  refuseIntent(world, account, { intent, method: charge.payment_method, why, charge: charge.id });
  emit(world, account, { type: 'charge.failed', object: charge });
}

/** The intent waits for another card and says why; without a charge when the issuer was never asked for the money. */
export function refuseIntent(world: World, account: Account, refused: Refused): void {
  const { intent, why, charge } = refused;
  const method = account.paymentMethods.get(refused.method ?? '');
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_payment_error = {
    type: refused.type ?? 'card_error',
    ...(charge === undefined ? {} : { charge }),
    code: why.code,
    ...(why.declineCode === '' ? {} : { decline_code: why.declineCode }),
    doc_url: documentation(why.code),
    message: why.message,
    ...(method === undefined ? {} : { payment_method: snapshot(method) as unknown as Stripe.PaymentMethod }),
  };
  become(world, account, { intent, status: 'requires_payment_method', event: 'payment_intent.payment_failed' });
}

interface Refused {
  intent: IntentRecord;
  method: string | null;
  why: Decline;
  charge?: string;
  type?: 'card_error' | 'invalid_request_error';
}

/** Moves the intent and tells: the event carries it as it is now. */
export function become(
  world: World,
  account: Account,
  { intent, status, event }: { intent: IntentRecord; status: string; event?: string },
): void {
  intent.status = status;
  noteChange(world, account, intent);
  if (event !== undefined) emit(world, account, { type: event, object: intent });
}

function take(
  world: World,
  account: Account,
  { charge, amountMinor }: { charge: ChargeRecord; amountMinor: number },
): void {
  charge.captured = true;
  charge.amount_captured = amountMinor;
  settleChargeLater(world, account, charge);
}

/** Takes authorized money, all or part; the rest is released (terminal.md 5.3). */
export function capturePayment(
  world: World,
  account: Account,
  { intent, amountMinor }: { intent: IntentRecord; amountMinor: number },
): void {
  const charge = chargeOf(account, intent);
  forgetExpiry(account, intent);
  intent.amount_capturable = 0;
  intent.amount_received = amountMinor;
  take(world, account, { charge, amountMinor });
  emit(world, account, { type: 'charge.captured', object: charge });
  become(world, account, { intent, status: 'succeeded', event: 'payment_intent.succeeded' });
}

/** Ends an intent. Authorized money goes back: the charge is shown as refunded, with no refund object. */
export function cancelPayment(
  world: World,
  account: Account,
  { intent, reason }: { intent: IntentRecord; reason: IntentRecord['cancellation_reason'] },
): void {
  const authorized = intent.status === 'requires_capture';
  forgetExpiry(account, intent);
  intent.amount_capturable = 0;
  intent.next_action = null;
  intent.canceled_at = world.clock.nowSeconds();
  intent.cancellation_reason = reason;
  become(world, account, { intent, status: 'canceled', event: 'payment_intent.canceled' });
  if (!authorized) return;
  const charge = chargeOf(account, intent);
  charge.amount_refunded = charge.amount;
  charge.refunded = true;
  emit(world, account, { type: reason === 'automatic' ? 'charge.expired' : 'charge.refunded', object: charge });
}

/** The authorization lapses unless it is captured in time (terminal.md 4.14). */
function planExpiry(
  world: World,
  account: Account,
  { intent, validMs }: { intent: IntentRecord; validMs: number },
): void {
  const background = backgroundOf(account, intent);
  background.expiry = world.clock.after(validMs, () => {
    if (intent.status === 'requires_capture') cancelPayment(world, account, { intent, reason: 'automatic' });
  });
}

function forgetExpiry(account: Account, intent: IntentRecord): void {
  const background = backgroundOf(account, intent);
  background.expiry?.cancel();
  background.expiry = null;
}

export function chargeOf(account: Account, intent: IntentRecord): ChargeRecord {
  const charge = account.charges.get(intent.latest_charge ?? '');
  if (charge === undefined) throw new Error(`intent ${intent.id} has no charge although it is ${intent.status}`);
  return charge;
}

/** 400 `payment_intent_unexpected_state`, carrying the intent. */
export function unexpectedState(intent: IntentRecord, verb: string, allowed: readonly string[]): ApiError {
  const message = `This PaymentIntent could not be ${verb} because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${verb}: ${allowed.join(', ')}.`;
  return refusal('payment_intent_unexpected_state', message, { payment_intent: snapshot(intent) });
}
