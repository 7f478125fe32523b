import type { Stripe } from 'stripe';
import type { IntentRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { ApiError, invalidParameter } from '../wire/errors.ts';
import {
  boolean,
  filledText,
  group,
  integer,
  list,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  untouched,
  type Parsed,
} from '../wire/fields.ts';
import type { ApiCall } from '../wire/routes.ts';
import { ENDIVE, isSince } from '../wire/versions.ts';
import { emit, type World } from '../world.ts';
import { checkAmount, checkCurrency } from './amounts.ts';
import { newIntent } from './payment-intent-shape.ts';
import { noteChange } from './payments.ts';

export const captureMethod = oneOf('automatic', 'automatic_async', 'manual');

/** What a client may say of cards at a reader; options of online methods are accepted and not simulated. */
export const methodOptions = group({
  card_present: group({
    capture_method: oneOf('manual', 'manual_preferred'),
    request_extended_authorization: boolean,
    request_incremental_authorization_support: boolean,
    routing: untouched,
  }),
  interac_present: untouched,
  card: untouched,
  link: untouched,
});

/** Parameters that create, update and confirm share and that change nothing here. */
export const descriptive = {
  customer: filledText,
  customer_account: filledText,
  description: text,
  metadata,
  receipt_email: text,
  setup_future_usage: oneOf('', 'off_session', 'on_session'),
  shipping: untouched,
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_group: text,
  application_fee_amount: untouched,
  amount_details: untouched,
  hooks: untouched,
  payment_details: untouched,
  payment_method_configuration: untouched,
  payment_method_data: untouched,
  transfer_data: untouched,
  excluded_payment_method_types: untouched,
};

export const createShape = {
  ...descriptive,
  amount: needed(integer),
  currency: needed(filledText),
  allowed_payment_method_types: list(filledText),
  payment_method_types: list(filledText),
  automatic_payment_methods: group({ enabled: needed(boolean), allow_redirects: oneOf('always', 'never') }),
  capture_method: captureMethod,
  confirm: boolean,
  confirmation_method: oneOf('automatic', 'manual'),
  confirmation_token: untouched,
  error_on_requires_action: boolean,
  mandate: untouched,
  mandate_data: untouched,
  off_session: untouched,
  on_behalf_of: filledText,
  payment_method: filledText,
  payment_method_options: methodOptions,
  radar_options: untouched,
  return_url: text,
  use_stripe_sdk: boolean,
};
type CreateParams = Parsed<typeof createShape>;

/** A new intent waiting for a card. Confirming in the same call needs a payment method, which a reader brings later. */
export function createIntent(world: World, { account, params, version }: ApiCall<typeof createShape>): IntentRecord {
  refuseWrittenTypes(params.payment_method_types, version);
  const currency = checkCurrency(params.currency);
  checkAmount(params.amount, currency);
  checkMethod(account, params);
  const intent = newIntent(world, {
    amount: params.amount,
    currency,
    captureMethod: params.capture_method ?? 'automatic_async',
    ...typesOf(params, currency),
    options: optionsOf(params),
    metadata: mergeMetadata({}, params.metadata),
  });
  describe(intent, params);
  account.paymentIntents.add(intent);
  noteChange(world, account, intent);
  emit(world, account, { type: 'payment_intent.created', object: intent });
  return intent;
}

/** From endive on the key is answered but no longer written (terminal.md 4.12). */
export function refuseWrittenTypes(types: string[] | undefined, version: string): void {
  if (types === undefined || !isSince(version, ENDIVE)) return;
  const message = 'payment_method_types is no longer supported: use allowed_payment_method_types instead.';
  throw invalidParameter('payment_method_types', message, 'payment_method_types_no_longer_supported');
}

function checkMethod(account: Account, { payment_method: method, confirm }: CreateParams): void {
  if (method !== undefined && account.paymentMethods.get(method) === undefined) {
    const message = `No such PaymentMethod: '${method}'`;
    const body = { type: 'invalid_request_error', code: 'resource_missing', message, param: 'payment_method' } as const;
    throw new ApiError(400, body, false);
  }
  if (confirm === true) {
    const message =
      'You cannot confirm with confirm=true when creating a PaymentIntent for a card that a reader will read.';
    throw invalidParameter('confirm', message);
  }
}

type Types = Pick<Parameters<typeof newIntent>[1], 'allowed' | 'types' | 'automatic'>;

/** Entries the currency rules out are filtered, not refused; without any choice Stripe chooses online methods. */
function typesOf(params: CreateParams, currency: string): Types {
  const allowed = params.allowed_payment_method_types;
  if (allowed !== undefined && allowed.length > 0) {
    const types = usable(allowed, currency);
    return { allowed: allowed, types, automatic: null };
  }
  if (params.payment_method_types !== undefined) {
    return { allowed: null, types: params.payment_method_types, automatic: null };
  }
  const automatic = params.automatic_payment_methods ?? { enabled: true, allow_redirects: undefined };
  return {
    allowed: null,
    types: ['card'],
    automatic: { enabled: automatic.enabled, allow_redirects: automatic.allow_redirects ?? 'always' },
  };
}

/** Interac exists in Canada only. */
export function usable(types: string[], currency: string): string[] {
  return types.filter((type) => type !== 'interac_present' || currency === 'cad');
}

function optionsOf(params: Pick<CreateParams, 'payment_method_options'>): Stripe.PaymentIntent.PaymentMethodOptions {
  const given = params.payment_method_options?.card_present;
  if (given === undefined) return {};
  return {
    card_present: {
      ...(given.capture_method === undefined ? {} : { capture_method: given.capture_method }),
      request_extended_authorization: given.request_extended_authorization ?? false,
      request_incremental_authorization_support: given.request_incremental_authorization_support ?? false,
    },
  };
}

/** Sets what was given; empty text clears. */
export function describe(intent: IntentRecord, params: Partial<Parsed<typeof descriptive>>): void {
  const texts = [
    'description',
    'receipt_email',
    'statement_descriptor',
    'statement_descriptor_suffix',
    'transfer_group',
  ] as const;
  for (const key of texts) {
    const value = params[key];
    if (value !== undefined) intent[key] = value === '' ? null : value;
  }
  if (params.customer !== undefined) intent.customer = params.customer;
  if (params.setup_future_usage !== undefined) intent.setup_future_usage = params.setup_future_usage || null;
}
