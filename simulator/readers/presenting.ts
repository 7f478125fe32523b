import { attemptPayment, addPaymentMethod, backgroundOf, become, type AttemptResult } from '../resources/payments.ts';
import { makeRefund } from '../resources/refund-machine.ts';
import type { IntentRecord, ReadCard } from '../records.ts';
import { documentation } from '../wire/errors.ts';
import { emit } from '../world.ts';
import type { Tap } from './device.ts';
import { failure, finishAction, intentOn, type Failure, type Slot } from './slot.ts';

const AWAITING_CARD = ['process_payment_intent', 'collect_payment_method', 'refund_payment'];

/** Whether a card shown now would be read. */
export function awaitsCard({ reader, device }: Slot): boolean {
  const { action } = reader;
  return action?.status === 'in_progress' && AWAITING_CARD.includes(action.type) && device.phase === 'ready';
}

/** A card at the reader. A reader that answers nobody, or died, does not see it. */
export function present(slot: Slot, tap: Tap): void {
  const { device } = slot;
  if (device.dead || device.mode.name === 'never_answers' || !awaitsCard(slot)) return;
  if (tap.readMethod === 'contact_emv') device.inserted = true;
  authorizing(slot, () => {
    conclude(slot, tap);
  });
}

/** Decides at once, or after the time an authorization takes; until then the reader is busy. */
export function authorizing(slot: Slot, decide: () => void): void {
  const { world, account, device } = slot;
  const { authorizationMs, showProcessing } = world.settings;
  if (authorizationMs <= 0) {
    decide();
    return;
  }
  device.phase = 'authorizing';
  const intent = intentOn(slot);
  if (showProcessing && intent?.status === 'requires_payment_method') {
    become(world, account, { intent, status: 'processing', event: 'payment_intent.processing' });
  }
  device.plans.push(world.clock.after(authorizationMs, decide));
}

function conclude(slot: Slot, tap: Tap): void {
  const { reader } = slot;
  const read: ReadCard = { card: tap.card, readMethod: tap.readMethod, readerId: reader.id, location: reader.location };
  switch (reader.action?.type) {
    case 'collect_payment_method':
      collect(slot, tap, read);
      return;
    case 'refund_payment':
      refund(slot);
      return;
    default:
      pay(slot, tap, read);
  }
}

function pay(slot: Slot, tap: Tap, read: ReadCard): void {
  const { world, account, reader } = slot;
  const intent = intentOn(slot);
  if (!isPayable(intent)) {
    finishAction(slot, movedOn());
    return;
  }
  const tipMinor = tipOf(reader.action?.process_payment_intent?.process_config, tap);
  const shownMinor = slot.device.shownMinor ?? intent.amount;
  report(slot, attemptPayment(world, account, { intent, read, tipMinor, shownMinor }));
}

function isPayable(intent: IntentRecord | undefined): intent is IntentRecord {
  return intent?.status === 'requires_payment_method' || intent?.status === 'processing';
}

/** The intent was canceled or paid otherwise while the reader showed it: no money moves. */
function movedOn(): Failure {
  return failure('intent_invalid_state', 'The PaymentIntent is no longer waiting for a payment method.');
}

/** Undefined when the reader did not ask; 0 when it asked and the customer gave none (terminal.md 4.6-13). */
function tipOf(config: { skip_tipping?: boolean; tipping?: object } | undefined, tap: Tap): number | undefined {
  if (config?.skip_tipping === true) return undefined;
  return tap.tipMinor ?? (config?.tipping === undefined ? undefined : 0);
}

/** Tells the reader's side of what the issuer decided. */
export function report(slot: Slot, result: AttemptResult): void {
  if (result.kind === 'approved') {
    finishAction(slot, { status: 'succeeded' });
    return;
  }
  const { decline, charge } = result;
  finishAction(slot, {
    ...failure(decline.code, decline.message),
    api_error: {
      type: 'card_error',
      charge,
      code: decline.code,
      decline_code: decline.declineCode,
      doc_url: documentation(decline.code),
      message: decline.message,
    },
  });
}

/** Two steps: the card is read now and charged by `confirm_payment_intent`, within 30 s (terminal.md 4.2). */
function collect(slot: Slot, tap: Tap, read: ReadCard): void {
  const { world, account, reader, device } = slot;
  const intent = intentOn(slot);
  const collecting = reader.action?.collect_payment_method;
  if (!isPayable(intent) || reader.action === null || collecting === undefined) {
    finishAction(slot, movedOn());
    return;
  }
  const paymentMethod = addPaymentMethod(world, account, read);
  const method = account.paymentMethods.get(paymentMethod);
  backgroundOf(account, intent).collected = {
    read,
    paymentMethod,
    tipMinor: tipOf(collecting.collect_config, tap),
  };
  intent.payment_method = paymentMethod;
  become(world, account, { intent, status: 'requires_confirmation' });
  device.phase = 'ready';
  reader.action = {
    ...reader.action,
    status: 'succeeded',
    collect_payment_method: { ...collecting, ...(method === undefined ? {} : { payment_method: method }) },
  };
  emit(world, account, { type: 'terminal.reader.action_updated', object: reader });
  world.clock.after(world.settings.confirmWithinMs, () => {
    forgetCollected(slot, intent, paymentMethod);
  });
}

function forgetCollected({ world, account }: Slot, intent: IntentRecord, paymentMethod: string): void {
  const background = backgroundOf(account, intent);
  if (intent.status !== 'requires_confirmation' || background.collected?.paymentMethod !== paymentMethod) return;
  background.collected = null;
  intent.payment_method = null;
  become(world, account, { intent, status: 'requires_payment_method' });
}

/** Charges the card that was read in the first step. */
export function confirmCollected(slot: Slot): void {
  const { world, account } = slot;
  const intent = intentOn(slot);
  const collected = intent === undefined ? null : backgroundOf(account, intent).collected;
  if (intent?.status !== 'requires_confirmation' || collected === null) {
    finishAction(slot, movedOn());
    return;
  }
  report(slot, attemptPayment(world, account, { intent, ...collected, shownMinor: intent.amount }));
}

function idOf(reference: unknown): string {
  return typeof reference === 'string' ? reference : '';
}

/** In-person refunds, which Interac demands (terminal.md 4.8). */
function refund(slot: Slot): void {
  const { world, account, reader } = slot;
  const asked = reader.action?.refund_payment;
  if (reader.action === null || asked === undefined) return;
  const { amount: amountMinor = 0, metadata = {} } = asked;
  const charge = account.charges.get(idOf(asked.charge));
  if (charge === undefined || amountMinor > charge.amount_captured - charge.amount_refunded) {
    finishAction(slot, failure('charge_already_refunded', 'The charge can no longer be refunded by this amount.'));
    return;
  }
  const made = makeRefund(world, account, { charge, amountMinor, reason: null, metadata });
  reader.action = { ...reader.action, refund_payment: { ...asked, refund: made.id } };
  finishAction(slot, { status: 'succeeded' });
}
