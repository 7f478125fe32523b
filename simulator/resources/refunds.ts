import type { ChargeRecord, RefundRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter, missingParameter, noSuch, refusal } from '../wire/errors.ts';
import { boolean, filledText, integer, mergeMetadata, metadata, oneOf } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';
import { isBeingTakenBack } from '../online/disputes.ts';
import { chargeNamed } from './charges.ts';
import { intentNamed } from './payment-intents.ts';
import { chargeOf } from './payments.ts';
import { makeRefund, type RefundWish } from './refund-machine.ts';

const createShape = {
  amount: integer,
  charge: filledText,
  payment_intent: filledText,
  metadata,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  refund_application_fee: boolean,
  reverse_transfer: boolean,
  instructions_email: filledText,
};

/** Giving captured money back (terminal.md 4.8). */
export function refundRoutes(world: World): ApiRoute[] {
  const filters = { ...paging, created: instantRange, charge: filledText, payment_intent: filledText };
  return [
    endpoint('POST /v1/refunds', createShape, (call) => create(world, call)),
    endpoint('GET /v1/refunds', filters, ({ account, params }) =>
      listPage(account.refunds, {
        url: '/v1/refunds',
        noun: 'refund',
        params,
        keep: (refund) =>
          within(params.created, refund.created) &&
          (params.charge ?? refund.charge) === refund.charge &&
          (params.payment_intent ?? refund.payment_intent) === refund.payment_intent,
      }),
    ),
    endpoint('GET /v1/refunds/:id', {}, ({ account, path }) => refundAt(account, path)),
    endpoint('POST /v1/refunds/:id', { metadata }, ({ account, path, params }) => {
      const refund = refundAt(account, path);
      refund.metadata = mergeMetadata(refund.metadata, params.metadata);
      emit(world, account, { type: 'refund.updated', object: refund });
      emit(world, account, { type: 'charge.refund.updated', object: refund });
      return refund;
    }),
    endpoint('POST /v1/refunds/:id/cancel', {}, ({ account, path }) => {
      const refund = refundAt(account, path);
      const message = `You can only cancel a refund that requires action; this one is ${refund.status}.`;
      throw refusal('charge_invalid_parameter', message);
    }),
  ];
}

function refundAt(account: Account, path: Record<string, string>): RefundRecord {
  const id = path['id'] ?? '';
  const refund = account.refunds.get(id);
  if (refund === undefined) throw noSuch('refund', id, 'id');
  return refund;
}

function create(world: World, { account, params }: ApiCall<typeof createShape>): RefundRecord {
  const charge = chargeToRefund(account, params);
  const wish: RefundWish = {
    charge,
    amountMinor: refundableAmount(account, charge, params.amount),
    reason: params.reason ?? null,
    metadata: mergeMetadata({}, params.metadata),
  };
  return makeRefund(world, account, wish);
}

function chargeToRefund(
  account: Account,
  params: { charge?: string | undefined; payment_intent?: string | undefined },
): ChargeRecord {
  if (params.charge !== undefined) {
    const charge = chargeNamed(account, params.charge, 'charge');
    if (params.payment_intent !== undefined && charge.payment_intent !== params.payment_intent) {
      throw invalidParameter('payment_intent', 'The charge does not belong to this payment_intent.');
    }
    return charge;
  }
  if (params.payment_intent === undefined) throw missingParameter('payment_intent');
  const intent = intentNamed(account, params.payment_intent, 'payment_intent');
  if (intent.status === 'succeeded') return chargeOf(account, intent);
  const message = `This PaymentIntent (${intent.id}) does not have a successful charge to refund; it is ${intent.status}.`;
  throw refusal('payment_intent_unexpected_state', message, { payment_intent: { ...intent } });
}

/** Refunds of a charge never exceed what was captured; without an amount, all that is left. */
export function refundableAmount(account: Account, charge: ChargeRecord, amount: number | undefined): number {
  if (!charge.captured) {
    const message = `Charge ${charge.id} has not been captured: cancel its PaymentIntent instead.`;
    throw refusal('charge_not_refundable', message);
  }
  if (isBeingTakenBack(account, charge)) {
    throw refusal('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
  }
  const left = charge.amount_captured - charge.amount_refunded;
  if (left <= 0) throw refusal('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  if (amount === undefined) return left;
  if (amount < 1) throw invalidParameter('amount', 'Invalid positive integer', 'parameter_invalid_integer');
  if (amount <= left) return amount;
  const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
  throw refusal('charge_invalid_parameter', message, { param: 'amount' });
}
