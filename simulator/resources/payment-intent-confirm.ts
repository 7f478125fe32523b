import { methodShape } from '../online/card-input.ts';
import { methodFor, type MethodSource } from '../online/method-for.ts';
import { confirmPayment, type Outcome } from '../online/online-payments.ts';
import type { IntentRecord, PaymentMethodRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { cardError, invalidParameter, plainRefusal, refusal } from '../wire/errors.ts';
import { boolean, filledText, group, oneOf, text, untouched, type Field } from '../wire/fields.ts';
import { snapshot, type World } from '../world.ts';
import { unexpectedState } from './payments.ts';

/** A yes or no, or the older words for how the customer is away. */
export const offSession: Field<boolean> = {
  read: (raw, name) => (raw === 'one_off' || raw === 'recurring' ? true : boolean.read(raw, name)),
};

/** What says how an intent is confirmed, in a call of its own or with its creation. */
export const confirmFields = {
  confirmation_token: untouched,
  error_on_requires_action: boolean,
  mandate: untouched,
  mandate_data: untouched,
  off_session: offSession,
  payment_method: filledText,
  payment_method_data: group(methodShape),
  radar_options: untouched,
  return_url: text,
  setup_future_usage: oneOf('', 'off_session', 'on_session'),
  use_stripe_sdk: boolean,
};

export interface ConfirmWish extends MethodSource {
  off_session?: boolean | undefined;
  error_on_requires_action?: boolean | undefined;
  return_url?: string | undefined;
  setup_future_usage?: string | undefined;
}

const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** Confirms an intent with an online card and says what came of it; the intent shows it too. */
export function confirmIntent(
  { world, account }: { world: World; account: Account },
  intent: IntentRecord,
  wish: ConfirmWish,
): Outcome & { method: PaymentMethodRecord } {
  if (!CONFIRMABLE.includes(intent.status)) throw unexpectedState(intent, 'confirmed', CONFIRMABLE);
  const isAway = wish.off_session ?? false;
  checkReturnUrl(intent, wish);
  const method = methodFor({ world, account }, intent, wish);
  if (method === undefined) throw noMethod(intent);
  if (wish.setup_future_usage !== undefined) intent.setup_future_usage = wish.setup_future_usage || null;
  const outcome = confirmPayment(world, account, {
    ...{ intent, method, offSession: isAway, returnUrl: wish.return_url },
    errorOnAction: wish.error_on_requires_action ?? false,
  });
  return { ...outcome, method };
}

/** The call's answer: the intent, or 402 with the intent in it. */
export function answerConfirmation(intent: IntentRecord, outcome: ReturnType<typeof confirmIntent>): IntentRecord {
  if (outcome.kind !== 'declined') return intent;
  throw cardError(outcome.decline, {
    ...(intent.latest_charge === null ? {} : { charge: intent.latest_charge }),
    payment_intent: snapshot(intent),
    payment_method: snapshot(outcome.method),
  });
}

function noMethod(intent: IntentRecord) {
  const message =
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.";
  return refusal('payment_intent_unexpected_state', message, { payment_intent: snapshot(intent) });
}

/** Methods chosen by Stripe may redirect the customer, and then need to know where to. */
export function checkReturnUrl(intent: IntentRecord, { off_session: isAway, return_url: url }: ConfirmWish): void {
  if (isAway === true || url !== undefined) return;
  const automatic = intent.automatic_payment_methods;
  if (automatic?.enabled !== true || automatic.allow_redirects !== 'always') return;
  throw plainRefusal(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
  );
}

/** Words that only a confirmation understands. */
export function refuseWithoutConfirm(params: ConfirmWish & { confirm?: boolean | undefined }): void {
  if (params.confirm === true) return;
  for (const param of ['off_session', 'error_on_requires_action', 'return_url'] as const) {
    if (params[param] === undefined) continue;
    throw invalidParameter(param, `The parameter \`${param}\` cannot be used unless \`confirm\` is set to true.`);
  }
}
