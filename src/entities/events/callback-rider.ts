import { callbackDeliveryId } from '../../domain/ids.ts';
import { iouRouteCode, isInsideRouteCode, type CallbackStatus } from '../../domain/route-code.ts';
import type { Rider } from '../../ledger/riders.ts';
import { newId } from '../new-id.ts';
import type { Payment } from '../payments/payment.entity.ts';

/** What a callback tells of a payment. */
export type CalledBackPayment = Pick<
  Payment,
  'id' | 'memberId' | 'payeeKind' | 'amountMinor' | 'currency' | 'routeCode' | 'routePayload'
>;

/**
 * What goes with the outcome of a payment: nothing without a route code, the IOU's row for `UPP`, one delivery to the
 * host for every code that is not handled inside. Riding with the posting, or with the row that says no, the outcome is
 * never lost when we crash; the unique payment of a delivery makes it the only one (W-30, decisions D18).
 */
export function callbackRiders(payment: CalledBackPayment, status: CallbackStatus, at: Date): readonly Rider[] {
  const { routeCode } = payment;
  if (routeCode === null || routeCode === undefined || routeCode === '') return [];
  if (routeCode === iouRouteCode) return [iouRider(payment, status, at)];
  if (isInsideRouteCode(routeCode)) return [];
  return [deliveryRider({ ...payment, routeCode }, status, at)];
}

/**
 * Hits only the IOU that this very payment locked: one that another payment holds, or that was paid, refuses the posting
 * with `conflict`, so that no IOU is paid twice (IOU-05).
 */
function iouRider({ id, routePayload }: CalledBackPayment, status: CallbackStatus, at: Date): Rider {
  return {
    update: 'iou',
    key: { id: routePayload ?? '', payment_id: id, state: 'paying' },
    set: status === 'Success' ? { state: 'paid', closed_at: at } : { state: 'open', payment_id: null },
  };
}

function deliveryRider(
  payment: CalledBackPayment & { readonly routeCode: string },
  status: CallbackStatus,
  at: Date,
): Rider {
  const row = {
    id: callbackDeliveryId(newId('callbackDelivery')),
    route_code: payment.routeCode,
    payment_id: payment.id,
    status,
    payload: callbackPayload(payment, status, at),
    state: 'pending',
    created_at: at,
    due_at: at,
  };
  return { insert: 'callback_delivery', row };
}

/** The text that is signed and sent, the same at each attempt. Amounts are in minor units of their currency. */
function callbackPayload(
  payment: CalledBackPayment & { readonly routeCode: string },
  status: CallbackStatus,
  at: Date,
): string {
  return JSON.stringify({
    type: status === 'Success' ? 'payment.succeeded' : 'payment.failed',
    timestamp: at.toISOString(),
    data: {
      code: payment.routeCode,
      payload: payment.routePayload ?? null,
      payment: payment.id,
      member: payment.memberId,
      amount: { amount: payment.amountMinor, currency: payment.currency },
      status,
      // The money is held, and the host books within it (decisions D14).
      booking: payment.payeeKind === 'host' ? 'host' : null,
    },
  });
}
