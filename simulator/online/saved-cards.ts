import { declines, type Verdict } from '../declines.ts';
import type { PaymentMethodRecord } from '../records.ts';
import { newCardMethod, plainWish, type CardWish } from '../resources/payment-method-shape.ts';
import type { Account } from '../store.ts';
import { noSuchReference, plainRefusal } from '../wire/errors.ts';
import { emit, type World } from '../world.ts';
import { magicCard, type CardBackground } from './online-cards.ts';

/** A payment method made of a card; nobody's until it is attached. */
export function addCard(world: World, account: Account, wish: CardWish): PaymentMethodRecord {
  const method = newCardMethod(world, wish);
  account.paymentMethods.add(method);
  account.cards.set(method.id, { card: wish.card, setUp: false, spent: false, order: null });
  return method;
}

/**
 * The payment method that an id or a magic value names; every use of a magic value makes a new one, as at Stripe.
 * @throws ApiError 400 `resource_missing`
 */
export function methodNamed(world: World, account: Account, id: string): PaymentMethodRecord {
  const card = id.startsWith('pm_card_') ? magicCard(id) : undefined;
  if (card !== undefined) return addCard(world, account, { ...plainWish, card });
  const method = account.paymentMethods.get(id);
  if (method === undefined) throw noSuchReference('PaymentMethod', id, 'payment_method');
  return method;
}

/** @throws ApiError 400 for what is no typed card: a card that a reader read can be neither saved nor charged here */
export function backgroundOfCard(account: Account, method: PaymentMethodRecord): CardBackground {
  const background = account.cards.get(method.id);
  if (background !== undefined) return background;
  throw plainRefusal(`A payment method of type ${method.type} cannot be used outside a reader.`);
}

/** @throws ApiError 400 for a card that was used once without being saved, or that was detached */
export function refuseSpent(account: Account, method: PaymentMethodRecord): void {
  if (!backgroundOfCard(account, method).spent) return;
  throw plainRefusal(
    'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
  );
}

/** What the issuer answers to a charge now: an order first, then the expiry date, then the card's own nature. */
export function verdictOn(world: World, account: Account, method: PaymentMethodRecord): Verdict {
  const background = backgroundOfCard(account, method);
  const { order } = background;
  // Whoever was to be asked has been, or this would not be a charge yet.
  if (order !== null && order.behaviour !== 'authentication_required') {
    order.timesLeft -= 1;
    if (order.timesLeft <= 0) background.order = null;
    return order.behaviour === 'ok' ? 'approved' : declines[order.behaviour];
  }
  return hasExpired(world, method) ? declines.expired_card : background.card.charge;
}

/** A card is good until the end of its month. */
function hasExpired({ clock }: World, { card }: PaymentMethodRecord): boolean {
  if (card === undefined) return false;
  return clock.nowMs() >= Date.UTC(card.exp_year, card.exp_month);
}

/** Whether the bank will ask the customer, who may not be there (`offSession`). */
export function needsAuthentication({ card, setUp }: CardBackground, offSession: boolean): boolean {
  switch (card.authentication) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'on_session':
      return !offSession;
    case 'unless_set_up':
      return !offSession || !setUp;
  }
}

/** Makes a card the customer's, and tells. */
export function attachCard(world: World, account: Account, { method, customer }: Owned): void {
  if (method.customer === customer) return;
  method.customer = customer;
  emit(world, account, { type: 'payment_method.attached', object: method });
}

interface Owned {
  method: PaymentMethodRecord;
  customer: string;
}

/** Takes a card from its customer for ever; the customer's default goes with it. */
export function detachCard(world: World, account: Account, method: PaymentMethodRecord): void {
  const customer = account.customers.get(method.customer ?? '');
  const previous = { customer: method.customer };
  method.customer = null;
  backgroundOfCard(account, method).spent = true;
  emit(world, account, { type: 'payment_method.detached', object: method, previous });
  if (customer?.invoice_settings.default_payment_method !== method.id) return;
  customer.invoice_settings.default_payment_method = null;
  emit(world, account, {
    type: 'customer.updated',
    object: customer,
    previous: { invoice_settings: { default_payment_method: method.id } },
  });
}
