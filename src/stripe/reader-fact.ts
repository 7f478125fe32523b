import type Stripe from 'stripe';
import { InvariantViolation } from '../domain/invariant.ts';
import type { ReaderAction, ReaderFact } from '../domain/counter/processor-port.ts';

type Action = Stripe.Terminal.Reader.Action;

/** A reader and its one action, in our own words. A deleted reader is one that is offline and does nothing. */
export function readerFact(reader: Stripe.Terminal.Reader | Stripe.Terminal.DeletedReader): ReaderFact {
  if (reader.deleted === true) return { readerRef: reader.id, online: false, action: null };
  const action = reader.action;
  return {
    readerRef: reader.id,
    online: reader.status === 'online',
    action: action === null ? null : readerAction(action),
  };
}

function readerAction(action: Action): ReaderAction {
  const paymentRef = paymentOf(action);
  return {
    kind: paymentRef === null ? (action.type === 'set_reader_display' ? 'display' : 'other') : 'payment',
    status: statusOf(action.status),
    paymentRef,
    failureCode: action.failure_code,
  };
}

/** Every action that can lead to a charge names its PaymentIntent. */
function paymentOf(action: Action): string | null {
  const subject = action.process_payment_intent ?? action.collect_payment_method ?? action.confirm_payment_intent;
  if (subject === undefined) return null;
  return typeof subject.payment_intent === 'string' ? subject.payment_intent : subject.payment_intent.id;
}

function statusOf(status: Action['status']): ReaderAction['status'] {
  switch (status) {
    case 'in_progress':
      return 'in_progress';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return 'failed';
    default:
      throw new InvariantViolation(`Unknown status of a reader's action: ${status}`);
  }
}
