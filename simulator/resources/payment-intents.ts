import type { IntentRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter, noSuch, refusal } from '../wire/errors.ts';
import {
  boolean,
  filledText,
  integer,
  list,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  untouched,
} from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, publicEndpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';
import { checkAmount } from './amounts.ts';
import { applyUpdate, updateShape } from './payment-intent-update.ts';
import { answerConfirmation, confirmFields, confirmIntent } from './payment-intent-confirm.ts';
import {
  captureMethod,
  createIntent,
  createShape,
  methodOptions,
  refuseWrittenTypes,
} from './payment-intent-create.ts';
import { cancelPayment, capturePayment, chargeOf, noteChange, unexpectedState } from './payments.ts';

const CANCELABLE = ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action'];

/** PaymentIntents: create, read, change, capture, cancel (terminal.md 5.2, 5.3). */
export function paymentIntentRoutes(world: World): ApiRoute[] {
  const filters = { ...paging, created: instantRange, customer: filledText, customer_account: filledText };
  const read = endpoint('GET /v1/payment_intents/:id', { client_secret: filledText }, ({ account, path, params }) =>
    openedBy(params.client_secret, intentAt(account, path)),
  );
  return [
    endpoint('POST /v1/payment_intents', createShape, (call) => createIntent(world, call)),
    endpoint('GET /v1/payment_intents', filters, ({ account, params }) =>
      listPage(account.paymentIntents, {
        url: '/v1/payment_intents',
        noun: 'payment_intent',
        params,
        keep: (intent) =>
          within(params.created, intent.created) && (params.customer ?? intent.customer) === intent.customer,
      }),
    ),
    publicEndpoint(read),
    endpoint('POST /v1/payment_intents/:id', updateShape, (call) => {
      const intent = intentAt(call.account, call.path);
      applyUpdate(world, intent, call);
      noteChange(world, call.account, intent);
      return intent;
    }),
    publicEndpoint(endpoint('POST /v1/payment_intents/:id/confirm', confirmShape, (call) => confirm(world, call))),
    endpoint('POST /v1/payment_intents/:id/capture', captureShape, (call) => capture(world, call)),
    endpoint('POST /v1/payment_intents/:id/cancel', cancelShape, (call) => cancel(world, call)),
    endpoint('POST /v1/payment_intents/:id/increment_authorization', incrementShape, (call) => increment(world, call)),
  ];
}

export function intentAt(account: Account, path: Record<string, string>): IntentRecord {
  return intentNamed(account, path['id'] ?? '', 'intent');
}

export function intentNamed(account: Account, id: string, param: string): IntentRecord {
  const intent = account.paymentIntents.get(id);
  if (intent === undefined) throw noSuch('payment_intent', id, param);
  return intent;
}

/** A client secret of another intent opens nothing. */
function openedBy(clientSecret: string | undefined, intent: IntentRecord): IntentRecord {
  if (clientSecret === undefined || clientSecret === intent.client_secret) return intent;
  const message = 'The client_secret provided does not match any associated PaymentIntent on this account.';
  throw invalidParameter('client_secret', message, 'payment_intent_invalid_parameter');
}

const captureShape = {
  amount_to_capture: integer,
  final_capture: boolean,
  metadata,
  statement_descriptor: filledText,
  statement_descriptor_suffix: filledText,
};

function capture(world: World, { account, path, params }: ApiCall<typeof captureShape>): IntentRecord {
  const intent = intentAt(account, path);
  const amountMinor = params.amount_to_capture ?? intent.amount_capturable;
  if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'captured', ['requires_capture']);
  if (amountMinor < 1) {
    throw invalidParameter(
      'amount_to_capture',
      'This value must be greater than or equal to 1.',
      'parameter_invalid_integer',
    );
  }
  if (amountMinor > intent.amount_capturable) {
    const message = `The remaining amount on this PaymentIntent is ${intent.amount_capturable}, less than the ${amountMinor} you tried to capture.`;
    throw refusal('amount_too_large', message, { param: 'amount_to_capture' });
  }
  if (params.final_capture === false) {
    throw invalidParameter('final_capture', 'This payment does not support more than one capture.');
  }
  intent.metadata = mergeMetadata(intent.metadata, params.metadata);
  capturePayment(world, account, { intent, amountMinor });
  return intent;
}

const cancelShape = {
  cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'),
};

function cancel(world: World, { account, path, params }: ApiCall<typeof cancelShape>): IntentRecord {
  const intent = intentAt(account, path);
  if (!CANCELABLE.includes(intent.status)) throw unexpectedState(intent, 'canceled', CANCELABLE);
  cancelPayment(world, account, { intent, reason: params.cancellation_reason ?? null });
  return intent;
}

const confirmShape = {
  ...confirmFields,
  client_secret: filledText,
  ...{ allowed_payment_method_types: list(filledText), payment_method_types: list(filledText) },
  ...{ amount_details: untouched, amount_to_confirm: untouched, capture_method: captureMethod, hooks: untouched },
  ...{ excluded_payment_method_types: untouched, payment_details: untouched, payment_method_options: methodOptions },
  ...{ receipt_email: text, shipping: untouched },
};

/** Cards of a reader are confirmed by the reader; here a card that was typed or saved pays. */
function confirm(world: World, { account, path, params, version }: ApiCall<typeof confirmShape>): IntentRecord {
  const intent = openedBy(params.client_secret, intentAt(account, path));
  refuseWrittenTypes(params.payment_method_types, version);
  if (params.capture_method !== undefined) intent.capture_method = params.capture_method;
  if (params.receipt_email !== undefined) intent.receipt_email = params.receipt_email || null;
  return answerConfirmation(intent, confirmIntent({ world, account }, intent, params));
}

const incrementShape = { amount: needed(integer), description: filledText, metadata, statement_descriptor: filledText };

function increment(world: World, { account, path, params }: ApiCall<typeof incrementShape>): IntentRecord {
  const intent = intentAt(account, path);
  if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'incremented', ['requires_capture']);
  const charge = chargeOf(account, intent);
  const card = charge.payment_method_details?.card_present;
  if (card?.incremental_authorization_supported !== true) {
    throw refusal('payment_intent_unexpected_state', 'This authorization cannot be incremented.', {
      payment_intent: { ...intent },
    });
  }
  if (params.amount <= intent.amount) {
    throw invalidParameter('amount', 'The new amount must be greater than the authorized amount.');
  }
  checkAmount(params.amount, intent.currency);
  intent.amount = params.amount;
  intent.amount_capturable = params.amount;
  intent.description = params.description ?? intent.description;
  intent.metadata = mergeMetadata(intent.metadata, params.metadata);
  charge.amount = params.amount;
  card.amount_authorized = params.amount;
  noteChange(world, account, intent);
  emit(world, account, { type: 'payment_intent.amount_capturable_updated', object: intent });
  return intent;
}
