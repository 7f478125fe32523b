import { cardFromInput, methodShape } from '../online/card-input.ts';
import { addCard, attachCard, backgroundOfCard, detachCard, refuseSpent } from '../online/saved-cards.ts';
import { magicCard } from '../online/online-cards.ts';
import type { PaymentMethodRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { cardError, noSuch, plainRefusal } from '../wire/errors.ts';
import { filledText, group, integer, mergeMetadata, metadata, needed, oneOf, untouched } from '../wire/fields.ts';
import { listPage, paging } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { emit, snapshot, type World } from '../world.ts';
import { billingFields, billingOf } from './billing.ts';
import { customerAt, customerNamed } from './customers.ts';
import { plainWish } from './payment-method-shape.ts';

const redisplay = oneOf('always', 'limited', 'unspecified');
const updateShape = {
  allow_redisplay: redisplay,
  billing_details: billingFields,
  card: group({ exp_month: integer, exp_year: integer, networks: untouched }),
  metadata,
};
const filters = { ...paging, allow_redisplay: redisplay, type: filledText };

/** Cards as payment methods: made, saved with a customer, changed, let go (terminal.md 4.7, 5.6). */
export function paymentMethodRoutes(world: World): ApiRoute[] {
  return [
    endpoint('POST /v1/payment_methods', methodShape, ({ account, params }) => cardFromInput(world, account, params)),
    endpoint('GET /v1/payment_methods', { ...filters, customer: filledText }, (call) => {
      const { customer } = call.params;
      if (customer !== undefined) customerNamed(call.account, customer);
      return page(call, customer, '/v1/payment_methods');
    }),
    endpoint('GET /v1/payment_methods/:id', {}, ({ account, path }) => methodAt(account, path)),
    endpoint('POST /v1/payment_methods/:id', updateShape, (call) => update(world, call)),
    endpoint('POST /v1/payment_methods/:id/attach', { customer: needed(filledText) }, (call) => attach(world, call)),
    endpoint('POST /v1/payment_methods/:id/detach', {}, ({ account, path }) => detach(world, account, path)),
    endpoint('GET /v1/customers/:id/payment_methods', filters, (call) => {
      const { id } = customerAt(call.account, call.path);
      return page(call, id, `/v1/customers/${id}/payment_methods`);
    }),
    endpoint('GET /v1/customers/:id/payment_methods/:method', {}, ({ account, path }) => {
      const { id } = customerAt(account, path);
      const name = path['method'] ?? '';
      const method = account.paymentMethods.get(name);
      if (method?.customer !== id) throw noSuch('PaymentMethod', name, 'payment_method');
      return method;
    }),
  ];
}

function methodAt(account: Account, path: Record<string, string>): PaymentMethodRecord {
  const id = path['id'] ?? '';
  const method = account.paymentMethods.get(id);
  if (method === undefined) throw noSuch('PaymentMethod', id, 'payment_method');
  return method;
}

/** Newest first, as Stripe lists them. */
function page({ account, params }: ApiCall<typeof filters>, customer: string | undefined, url: string): object {
  return listPage(account.paymentMethods, {
    url,
    noun: 'PaymentMethod',
    params,
    keep: (method) =>
      (customer ?? method.customer) === method.customer &&
      (params.type ?? method.type) === method.type &&
      (params.allow_redisplay ?? method.allow_redisplay) === method.allow_redisplay,
  });
}

/** Attaching asks the issuer: a card that would be declined is not saved, but for the one that fails later. */
function attach(
  world: World,
  { account, path, params }: ApiCall<{ customer: ReturnType<typeof needed<string>> }>,
): PaymentMethodRecord {
  const { id: customer } = customerNamed(account, params.customer);
  const method = methodNamedByPath(world, account, path);
  const { check } = backgroundOfCard(account, method).card;
  if (method.customer !== null && method.customer !== customer) {
    throw plainRefusal('The payment method you provided has already been attached to a customer.');
  }
  refuseSpent(account, method);
  if (check !== 'approved') throw cardError(check, { payment_method: snapshot(method) });
  attachCard(world, account, { method, customer });
  return method;
}

/** Unlike a parameter, an unknown id in the path is a 404. */
function methodNamedByPath(world: World, account: Account, path: Record<string, string>): PaymentMethodRecord {
  const id = path['id'] ?? '';
  const card = id.startsWith('pm_card_') ? magicCard(id) : undefined;
  return card === undefined ? methodAt(account, path) : addCard(world, account, { ...plainWish, card });
}

function detach(world: World, account: Account, path: Record<string, string>): PaymentMethodRecord {
  const method = methodAt(account, path);
  if (method.customer === null) {
    const message = 'The payment method you provided is not attached to a customer so detachment is impossible.';
    throw plainRefusal(message);
  }
  detachCard(world, account, method);
  return method;
}

function update(world: World, { account, path, params }: ApiCall<typeof updateShape>): PaymentMethodRecord {
  const method = methodAt(account, path);
  if (method.customer === null) {
    throw plainRefusal('You must save this PaymentMethod to a customer before you can update it.');
  }
  method.metadata = mergeMetadata(method.metadata ?? {}, params.metadata);
  method.billing_details = { ...method.billing_details, ...billingOf(params.billing_details) };
  if (params.allow_redisplay !== undefined) method.allow_redisplay = params.allow_redisplay;
  if (method.card !== undefined && params.card !== undefined) changeDate(method.card, params.card);
  emit(world, account, { type: 'payment_method.updated', object: method });
  return method;
}

function changeDate(
  card: NonNullable<PaymentMethodRecord['card']>,
  { exp_month: month, exp_year: year }: { exp_month?: number; exp_year?: number },
): void {
  card.exp_month = month ?? card.exp_month;
  card.exp_year = year ?? card.exp_year;
}
