import type { Stripe } from 'stripe';
import type { IntentRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter } from '../wire/errors.ts';
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
import { methodFor, type MethodSource } from '../online/method-for.ts';
import { checkAmount, checkCurrency } from './amounts.ts';
import { customerNamed } from './customers.ts';
import {
  answerConfirmation,
  checkReturnUrl,
  confirmFields,
  confirmIntent,
  refuseWithoutConfirm,
} from './payment-intent-confirm.ts';
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
  ...confirmFields,
  on_behalf_of: filledText,
  payment_method_options: methodOptions,
};
type CreateParams = Parsed<typeof createShape>;

/** A new intent waiting for a card: one that a reader will bring, or an online one that may be charged in the same call. */
export function createIntent(world: World, { account, params, version }: ApiCall<typeof createShape>): IntentRecord {
  refuseWrittenTypes(params.payment_method_types, version);
  const currency = checkCurrency(params.currency);
  checkAmount(params.amount, currency);
  checkConfirm(params);
  if (params.customer !== undefined) customerNamed(account, params.customer);
  const intent = newIntent(world, {
    amount: params.amount,
    currency,
    captureMethod: params.capture_method ?? 'automatic_async',
    ...typesOf(params, currency),
    options: optionsOf(params),
    metadata: mergeMetadata({}, params.metadata),
  });
  describe(intent, params);
  // Found wanting before anything exists: a card this intent cannot take leaves no intent behind.
  if (params.confirm === true) checkReturnUrl(intent, params);
  chooseMethod({ world, account }, intent, params);
  account.paymentIntents.add(intent);
  noteChange(world, account, intent);
  emit(world, account, { type: 'payment_intent.created', object: intent });
  if (params.confirm !== true) return intent;
  // The card was chosen already: naming it again would make another of a magic value.
  const { off_session, error_on_requires_action, return_url } = params;
  const wish = { off_session, error_on_requires_action, return_url };
  return answerConfirmation(intent, confirmIntent({ world, account }, intent, wish));
}

function hasMethod(params: CreateParams): boolean {
  return params.payment_method !== undefined || params.payment_method_data !== undefined;
}

/** A card that was named waits for its confirmation. */
export function chooseMethod(at: { world: World; account: Account }, intent: IntentRecord, source: MethodSource): void {
  const { payment_method, payment_method_data } = source;
  if (payment_method === undefined && payment_method_data === undefined) return;
  const method = methodFor(at, intent, { payment_method, payment_method_data });
  intent.payment_method = method?.id ?? null;
  if (intent.status === 'requires_payment_method') intent.status = 'requires_confirmation';
}

/** From endive on the key is answered but no longer written (terminal.md 4.12). */
export function refuseWrittenTypes(types: string[] | undefined, version: string): void {
  if (types === undefined || !isSince(version, ENDIVE)) return;
  const message = 'payment_method_types is no longer supported: use allowed_payment_method_types instead.';
  throw invalidParameter('payment_method_types', message, 'payment_method_types_no_longer_supported');
}

function checkConfirm(params: CreateParams): void {
  refuseWithoutConfirm(params);
  if (params.confirm !== true) return;
  const types = params.allowed_payment_method_types ?? params.payment_method_types;
  if (types !== undefined && !types.includes('card')) {
    const message =
      'You cannot confirm with confirm=true when creating a PaymentIntent for a card that a reader will read.';
    throw invalidParameter('confirm', message);
  }
  if (!hasMethod(params)) {
    const message =
      "You cannot confirm this PaymentIntent because it's missing a payment method. Pass `payment_method` with `confirm`.";
    throw invalidParameter('payment_method', message, 'parameter_missing');
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
