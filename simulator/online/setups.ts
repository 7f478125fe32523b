import type { Stripe } from 'stripe';
import type { Decline } from '../declines.ts';
import type { PaymentMethodRecord, SetupAttemptRecord, SetupIntentRecord } from '../records.ts';
import { attemptDetails, newSetupAttempt } from '../resources/setup-intent-shape.ts';
import type { Account } from '../store.ts';
import { documentation } from '../wire/errors.ts';
import { emit, snapshot, type World } from '../world.ts';
import { nextAction } from './authentication.ts';
import type { Outcome } from './online-payments.ts';
import { attachCard, backgroundOfCard } from './saved-cards.ts';

export interface Setup {
  intent: SetupIntentRecord;
  method: PaymentMethodRecord;
}

/** Which cards ask for 3-D Secure while they are saved (terminal.md 5.6). */
const ASKS_AT_SETUP = ['always', 'unless_set_up'];

/** Saves a card: the bank may ask for 3-D Secure first, then the check decides (terminal.md 4.7). */
export function confirmSetup(
  world: World,
  account: Account,
  { intent, method, returnUrl }: Setup & { returnUrl: string | undefined },
): Outcome {
  const attempt = newSetupAttempt(world, intent, method);
  account.setupAttempts.add(attempt);
  intent.latest_attempt = attempt.id;
  intent.payment_method = method.id;
  intent.next_action = null;
  if (!ASKS_AT_SETUP.includes(backgroundOfCard(account, method).card.authentication)) {
    return decide(world, account, { intent, method });
  }
  attempt.status = 'requires_action';
  intent.status = 'requires_action';
  intent.next_action = nextAction(intent, returnUrl);
  emit(world, account, { type: 'setup_intent.requires_action', object: intent });
  return { kind: 'requires_action' };
}

/** The customer comes back from the bank, with the proof or without it. */
export function finishSetup(
  world: World,
  account: Account,
  { passed, ...setup }: Setup & { passed: boolean },
): Outcome {
  const attempt = attemptOf(account, setup.intent);
  if (!passed) {
    const why: Decline = {
      code: 'setup_intent_authentication_failure',
      declineCode: '',
      message: 'We are unable to authenticate your payment method. Please choose a different payment method.',
    };
    return refuse(world, account, { ...setup, why, type: 'invalid_request_error' });
  }
  attempt.payment_method_details = attemptDetails(setup.method, true);
  backgroundOfCard(account, setup.method).setUp = true;
  return decide(world, account, setup);
}

function attemptOf(account: Account, { id, latest_attempt: name }: SetupIntentRecord): SetupAttemptRecord {
  const attempt = account.setupAttempts.get(name ?? '');
  if (attempt === undefined) throw new Error(`setup intent ${id} was never tried`);
  return attempt;
}

function decide(world: World, account: Account, { intent, method }: Setup): Outcome {
  const { check } = backgroundOfCard(account, method).card;
  if (check !== 'approved') return refuse(world, account, { intent, method, why: check, type: 'card_error' });
  attemptOf(account, intent).status = 'succeeded';
  intent.status = 'succeeded';
  intent.next_action = null;
  intent.last_setup_error = null;
  emit(world, account, { type: 'setup_intent.succeeded', object: intent });
  if (intent.customer !== null) attachCard(world, account, { method, customer: intent.customer });
  return { kind: 'approved' };
}

function refuse(
  world: World,
  account: Account,
  { intent, method, why, type }: Setup & { why: Decline; type: 'card_error' | 'invalid_request_error' },
): Outcome {
  const error = {
    type,
    code: why.code,
    ...(why.declineCode === '' ? {} : { decline_code: why.declineCode }),
    doc_url: documentation(why.code),
    message: why.message,
    payment_method: snapshot(method) as unknown as Stripe.PaymentMethod,
  };
  const attempt = attemptOf(account, intent);
  attempt.status = 'failed';
  attempt.setup_error = error;
  intent.last_setup_error = error;
  intent.status = 'requires_payment_method';
  intent.next_action = null;
  intent.payment_method = null;
  emit(world, account, { type: 'setup_intent.setup_failed', object: intent });
  return { kind: 'declined', decline: why };
}
