import { declines, type Decline } from '../declines.ts';
import type { ChargeRecord, IntentRecord, PaymentMethodRecord } from '../records.ts';
import { newCharge } from '../resources/charge-shape.ts';
import { isCapturedLater } from '../resources/payment-intent-shape.ts';
import { onlineChargeDetails } from '../resources/payment-method-shape.ts';
import { become, recordApproval, recordDecline, refuseIntent } from '../resources/payments.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { nextAction } from './authentication.ts';
import { disputeLater } from './disputes.ts';
import { attachCard, backgroundOfCard, needsAuthentication, verdictOn } from './saved-cards.ts';

/** An intent about to be paid with a card that was typed or saved. */
export interface Confirmation {
  intent: IntentRecord;
  method: PaymentMethodRecord;
  /** The customer is not there: whoever must be asked is refused. */
  offSession: boolean;
  /** The client would rather be refused than ask the customer. */
  errorOnAction?: boolean;
  returnUrl?: string | undefined;
}
export type Outcome = { kind: 'approved' } | { kind: 'requires_action' } | { kind: 'declined'; decline: Decline };

/** Until an online authorization lapses. */
const HELD_FOR_MS = 7 * 86_400_000;

/** Confirms: the bank may ask for 3-D Secure first, then the issuer decides (terminal.md 5.3, 5.6). */
export function confirmPayment(world: World, account: Account, confirmation: Confirmation): Outcome {
  const { intent, method, offSession } = confirmation;
  intent.payment_method = method.id;
  intent.next_action = null;
  if (!asksCustomer(account, confirmation)) return charge(world, account, { intent, method, wasAuthenticated: false });
  if (offSession || confirmation.errorOnAction === true) {
    const decline = declines.authentication_required;
    recordDecline(world, account, { ...chargeOf(world, { intent, method, decline }), decline });
    return { kind: 'declined', decline };
  }
  intent.next_action = nextAction(intent, confirmation.returnUrl);
  become(world, account, { intent, status: 'requires_action', event: 'payment_intent.requires_action' });
  return { kind: 'requires_action' };
}

function asksCustomer(account: Account, { method, offSession }: Confirmation): boolean {
  const background = backgroundOfCard(account, method);
  if (background.order?.behaviour === 'authentication_required') {
    background.order.timesLeft -= 1;
    if (background.order.timesLeft <= 0) background.order = null;
    return true;
  }
  return background.order?.behaviour !== 'ok' && needsAuthentication(background, offSession);
}

/** The customer comes back from the bank: with the proof the charge is made, without it no money is asked for. */
export function finishPayment(
  world: World,
  account: Account,
  { intent, method, passed }: { intent: IntentRecord; method: PaymentMethodRecord; passed: boolean },
): Outcome {
  if (passed) return charge(world, account, { intent, method, wasAuthenticated: true });
  const why: Decline = {
    code: 'payment_intent_authentication_failure',
    declineCode: '',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
  };
  refuseIntent(world, account, { intent, method: method.id, why, type: 'invalid_request_error' });
  return { kind: 'declined', decline: why };
}

interface Charging {
  intent: IntentRecord;
  method: PaymentMethodRecord;
  wasAuthenticated: boolean;
}

function charge(world: World, account: Account, charging: Charging): Outcome {
  const { intent, method, wasAuthenticated } = charging;
  const verdict = verdictOn(world, account, method);
  if (verdict !== 'approved') {
    recordDecline(world, account, { ...chargeOf(world, { ...charging, decline: verdict }), decline: verdict });
    return { kind: 'declined', decline: verdict };
  }
  const made = chargeOf(world, charging);
  recordApproval(world, account, { ...made, validMs: isCapturedLater(intent) ? HELD_FOR_MS : undefined });
  keepOrSpend(world, account, { intent, method, wasAuthenticated });
  disputeLater(world, account, { charge: made.charge, card: backgroundOfCard(account, method).card });
  return { kind: 'approved' };
}

function chargeOf(
  world: World,
  facts: { intent: IntentRecord; method: PaymentMethodRecord; decline?: Decline; wasAuthenticated?: boolean },
): { intent: IntentRecord; charge: ChargeRecord } {
  const { intent, method, decline, wasAuthenticated = false } = facts;
  const approved = decline === undefined;
  const waits = approved && isCapturedLater(intent);
  const details = onlineChargeDetails(method, {
    amountMinor: intent.amount,
    approved,
    captureBefore: waits ? Math.floor((world.clock.nowMs() + HELD_FOR_MS) / 1000) : undefined,
    wasAuthenticated,
  });
  const made = newCharge(world, {
    ...{ intent, paymentMethod: method.id, amountMinor: intent.amount, details },
    billing: method.billing_details,
    ...(approved ? {} : { decline }),
  });
  return { intent, charge: made };
}

/** A card that was to be kept is the customer's now; one that is nobody's has served. */
function keepOrSpend(world: World, account: Account, { intent, method, wasAuthenticated }: Charging): void {
  const background = backgroundOfCard(account, method);
  if (intent.setup_future_usage !== null && intent.customer !== null) {
    background.setUp ||= wasAuthenticated;
    attachCard(world, account, { method, customer: intent.customer });
  } else if (method.customer === null) {
    background.spent = true;
  }
}
