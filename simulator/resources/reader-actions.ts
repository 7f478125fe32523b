import { awaitsCard, authorizing, confirmCollected, present } from '../readers/presenting.ts';
import { cancelAction, offline, startAction } from '../readers/commands.ts';
import { slotOf, type Slot } from '../readers/slot.ts';
import type { ActionRecord, IntentRecord, ReaderRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { interacCard, standardCard, testCard, type TestCard } from '../test-cards.ts';
import { invalidParameter, missingParameter, plainRefusal, refusal } from '../wire/errors.ts';
import {
  boolean,
  filledText,
  group,
  integer,
  list,
  metadata,
  needed,
  oneOf,
  text,
  untouched,
  type Parsed,
} from '../wire/fields.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { snapshot, type World } from '../world.ts';
import { chargeNamed } from './charges.ts';
import { intentNamed } from './payment-intents.ts';
import { chargeOf } from './payments.ts';
import { readerAt } from './readers.ts';
import { refundableAmount } from './refunds.ts';

const redisplay = oneOf('always', 'limited', 'unspecified');
const tipping = group({ amount_eligible: integer });
const processShape = {
  payment_intent: needed(filledText),
  process_config: group({
    allow_redisplay: redisplay,
    enable_customer_cancellation: boolean,
    return_url: text,
    skip_tipping: boolean,
    tipping,
  }),
};
const collectShape = {
  payment_intent: needed(filledText),
  collect_config: group({
    allow_redisplay: redisplay,
    enable_customer_cancellation: boolean,
    skip_tipping: boolean,
    tipping,
  }),
};
const confirmShape = { payment_intent: needed(filledText), confirm_config: group({ return_url: text }) };
const refundShape = {
  amount: integer,
  charge: filledText,
  payment_intent: filledText,
  metadata,
  refund_application_fee: boolean,
  refund_payment_config: group({ enable_customer_cancellation: boolean }),
  reverse_transfer: boolean,
};
const lineItem = group({ amount: needed(integer), description: needed(filledText), quantity: needed(integer) });
const displayShape = {
  type: needed(oneOf('cart')),
  cart: group({
    currency: needed(filledText),
    line_items: needed(list(lineItem)),
    tax: integer,
    total: needed(integer),
  }),
};
const cardNumber = group({ number: filledText });
const presentShape = {
  amount_tip: integer,
  card: untouched,
  card_present: cardNumber,
  interac_present: cardNumber,
  type: oneOf('card', 'card_present', 'interac_present'),
};

/** Commands to a reader, and the helper that shows it a card (terminal.md 4.1, 5.4). */
export function readerActionRoutes(world: World): ApiRoute[] {
  const at = (call: { account: Account; path: Record<string, string> }): Slot =>
    slotOf(world, call.account, readerAt(call.account, call.path));
  return [
    endpoint('POST /v1/terminal/readers/:id/process_payment_intent', processShape, (call) => process(at(call), call)),
    endpoint('POST /v1/terminal/readers/:id/collect_payment_method', collectShape, (call) => collect(at(call), call)),
    endpoint('POST /v1/terminal/readers/:id/confirm_payment_intent', confirmShape, (call) => confirm(at(call), call)),
    endpoint('POST /v1/terminal/readers/:id/refund_payment', refundShape, (call) => refund(at(call), call)),
    endpoint('POST /v1/terminal/readers/:id/set_reader_display', displayShape, (call) => display(at(call), call)),
    endpoint('POST /v1/terminal/readers/:id/cancel_action', {}, (call) => {
      const slot = at(call);
      cancelAction(slot);
      return slot.reader;
    }),
    endpoint('POST /v1/test_helpers/terminal/readers/:id/present_payment_method', presentShape, (call) =>
      presentCard(at(call), call.params),
    ),
  ];
}

/** An action that has just begun. */
export function begun(type: ActionRecord['type'], detail: Partial<ActionRecord>): ActionRecord {
  return { api_error: null, failure_code: null, failure_message: null, status: 'in_progress', type, ...detail };
}

function process(slot: Slot, { account, params }: ApiCall<typeof processShape>): ReaderRecord {
  const intent = payableIntent(account, params.payment_intent);
  const config = params.process_config === undefined ? {} : { process_config: params.process_config };
  startAction(
    slot,
    'payment',
    begun('process_payment_intent', { process_payment_intent: { payment_intent: intent.id, ...config } }),
  );
  return slot.reader;
}

function collect(slot: Slot, { account, params }: ApiCall<typeof collectShape>): ReaderRecord {
  const intent = payableIntent(account, params.payment_intent);
  const config = params.collect_config === undefined ? {} : { collect_config: params.collect_config };
  startAction(
    slot,
    'payment',
    begun('collect_payment_method', { collect_payment_method: { payment_intent: intent.id, ...config } }),
  );
  return slot.reader;
}

/** Only an intent that waits for a card, and takes cards at a reader, can be put on one (terminal.md 5.3). */
function payableIntent(account: Account, id: string): IntentRecord {
  const intent = intentNamed(account, id, 'payment_intent');
  if (!intent.payment_method_types.some((type) => type === 'card_present' || type === 'interac_present')) {
    const message = 'The PaymentIntent must allow the card_present payment method type to be processed by a reader.';
    throw refusal('payment_intent_incompatible_payment_method', message, { param: 'payment_intent' });
  }
  return inStatus(intent, 'requires_payment_method');
}

function inStatus(intent: IntentRecord, status: string): IntentRecord {
  if (intent.status === status) return intent;
  const message = `The PaymentIntent must be in the ${status} state, but it is in the ${intent.status} state.`;
  throw refusal('intent_invalid_state', message, { param: 'payment_intent', payment_intent: snapshot(intent) });
}

function confirm(slot: Slot, { account, params }: ApiCall<typeof confirmShape>): ReaderRecord {
  const intent = inStatus(intentNamed(account, params.payment_intent, 'payment_intent'), 'requires_confirmation');
  const detail = {
    payment_intent: intent.id,
    ...(params.confirm_config === undefined ? {} : { confirm_config: params.confirm_config }),
  };
  startAction(slot, 'display', begun('confirm_payment_intent', { confirm_payment_intent: detail }));
  authorizing(slot, () => {
    confirmCollected(slot);
  });
  return slot.reader;
}

function refund(slot: Slot, { account, params }: ApiCall<typeof refundShape>): ReaderRecord {
  const charge =
    params.charge === undefined
      ? chargeOf(
          account,
          inStatus(
            intentNamed(account, params.payment_intent ?? missing('payment_intent'), 'payment_intent'),
            'succeeded',
          ),
        )
      : chargeNamed(account, params.charge, 'charge');
  const amount = refundableAmount(account, charge, params.amount);
  const config = params.refund_payment_config;
  startAction(
    slot,
    'payment',
    begun('refund_payment', {
      refund_payment: {
        amount,
        charge: charge.id,
        ...(charge.payment_intent === null ? {} : { payment_intent: charge.payment_intent }),
        metadata: params.metadata === '' ? {} : (params.metadata ?? {}),
        ...(config === undefined ? {} : { refund_payment_config: config }),
      },
    }),
  );
  return slot.reader;
}

function missing(param: string): never {
  throw missingParameter(param);
}

/** A display replaces a payment that has not begun, silently, and stays in progress for ever (terminal.md 4.6-4). */
function display(slot: Slot, { params }: ApiCall<typeof displayShape>): ReaderRecord {
  if (params.cart === undefined) throw missingParameter('cart');
  const cart = { ...params.cart, tax: params.cart.tax ?? null };
  startAction(slot, 'display', begun('set_reader_display', { set_reader_display: { cart, type: 'cart' } }));
  return slot.reader;
}

function presentCard(slot: Slot, params: Parsed<typeof presentShape>): ReaderRecord {
  const card = presentedCard(params);
  if (slot.device.dead || slot.reader.status === 'offline') throw offline();
  if (!awaitsCard(slot)) {
    throw plainRefusal('The reader has no action in progress that waits for a payment method.');
  }
  present(slot, { card, afterMs: 0, tipMinor: params.amount_tip, readMethod: 'contactless_emv' });
  return slot.reader;
}

function presentedCard({ type, card_present: card, interac_present: interac }: Parsed<typeof presentShape>): TestCard {
  const isInterac = type === 'interac_present' || interac !== undefined;
  const number = (isInterac ? interac : card)?.number ?? (isInterac ? interacCard : standardCard);
  const found = testCard(number);
  if (found !== undefined) return found;
  throw invalidParameter(`${isInterac ? 'interac' : 'card'}_present[number]`, 'This is not a test card number.');
}
