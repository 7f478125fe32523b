import { methodShape } from '../online/card-input.ts';
import { methodFor, type MethodSource } from '../online/method-for.ts';
import type { Outcome } from '../online/online-payments.ts';
import { confirmSetup } from '../online/setups.ts';
import type { PaymentMethodRecord, SetupIntentRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { cardError, invalidParameter, noSuch, refusal, type ApiError } from '../wire/errors.ts';
import {
  boolean,
  filledText,
  group,
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
import { emit, snapshot, type World } from '../world.ts';
import { customerNamed } from './customers.ts';
import { refuseWrittenTypes } from './payment-intent-create.ts';
import { newSetupIntent, type NewSetup } from './setup-intent-shape.ts';

const updateShape = {
  allowed_payment_method_types: list(filledText),
  attach_to_self: boolean,
  customer: filledText,
  customer_account: filledText,
  description: text,
  excluded_payment_method_types: untouched,
  flow_directions: untouched,
  metadata,
  payment_method: filledText,
  payment_method_configuration: untouched,
  payment_method_data: group(methodShape),
  payment_method_options: untouched,
  payment_method_types: list(filledText),
};
const createShape = {
  ...updateShape,
  automatic_payment_methods: group({ enabled: needed(boolean), allow_redirects: oneOf('always', 'never') }),
  confirm: boolean,
  on_behalf_of: filledText,
  return_url: text,
  usage: oneOf('off_session', 'on_session'),
  ...{ confirmation_token: untouched, mandate_data: untouched, single_use: untouched, use_stripe_sdk: boolean },
};
const confirmShape = {
  allowed_payment_method_types: list(filledText),
  client_secret: filledText,
  payment_method: filledText,
  payment_method_data: group(methodShape),
  return_url: text,
  ...{ confirmation_token: untouched, mandate_data: untouched, payment_method_options: untouched },
  ...{ use_stripe_sdk: boolean },
};
const cancelShape = { cancellation_reason: oneOf('abandoned', 'duplicate', 'requested_by_customer') };
const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** SetupIntents: saving a card for charges to come (terminal.md 4.7, 5.2). */
export function setupIntentRoutes(world: World): ApiRoute[] {
  const filters = { ...paging, created: instantRange, customer: filledText, payment_method: filledText };
  const read = endpoint('GET /v1/setup_intents/:id', { client_secret: filledText }, ({ account, path, params }) =>
    openedBy(params.client_secret, setupAt(account, path)),
  );
  return [
    endpoint('POST /v1/setup_intents', createShape, (call) => create(world, call)),
    endpoint('GET /v1/setup_intents', filters, ({ account, params }) =>
      listPage(account.setupIntents, {
        url: '/v1/setup_intents',
        noun: 'setupintent',
        params,
        keep: (intent) =>
          within(params.created, intent.created) &&
          (params.customer ?? intent.customer) === intent.customer &&
          (params.payment_method ?? intent.payment_method) === intent.payment_method,
      }),
    ),
    publicEndpoint(read),
    endpoint('POST /v1/setup_intents/:id', updateShape, (call) => update(world, call)),
    publicEndpoint(endpoint('POST /v1/setup_intents/:id/confirm', confirmShape, (call) => confirm(world, call))),
    endpoint('POST /v1/setup_intents/:id/cancel', cancelShape, (call) => cancel(world, call)),
    endpoint(
      'GET /v1/setup_attempts',
      { ...paging, created: instantRange, setup_intent: needed(filledText) },
      ({ account, params }) =>
        listPage(account.setupAttempts, {
          url: '/v1/setup_attempts',
          noun: 'setupattempt',
          params,
          keep: (attempt) => attempt.setup_intent === params.setup_intent && within(params.created, attempt.created),
        }),
    ),
  ];
}

function setupAt(account: Account, path: Record<string, string>): SetupIntentRecord {
  const id = path['id'] ?? '';
  const intent = account.setupIntents.get(id);
  if (intent === undefined) throw noSuch('setupintent', id, 'intent');
  return intent;
}

function openedBy(clientSecret: string | undefined, intent: SetupIntentRecord): SetupIntentRecord {
  if (clientSecret === undefined || clientSecret === intent.client_secret) return intent;
  const message = 'The client_secret provided does not match the client_secret associated with the SetupIntent.';
  throw invalidParameter('client_secret', message, 'setup_intent_invalid_parameter');
}

function create(world: World, { account, params, version }: ApiCall<typeof createShape>): SetupIntentRecord {
  refuseWrittenTypes(params.payment_method_types, version);
  if (params.customer !== undefined) customerNamed(account, params.customer);
  const intent = newSetupIntent(world, {
    customer: params.customer ?? null,
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    usage: params.usage ?? 'off_session',
    ...typesOf(params),
  });
  chooseCard({ world, account }, intent, params);
  account.setupIntents.add(intent);
  emit(world, account, { type: 'setup_intent.created', object: intent });
  if (params.confirm !== true) return intent;
  return answerSetup(intent, confirmSetupIntent({ world, account }, intent, { return_url: params.return_url }));
}

/** Without any choice Stripe chooses the methods. */
function typesOf(params: ApiCall<typeof createShape>['params']): Pick<NewSetup, 'types' | 'allowed' | 'automatic'> {
  const allowed = params.allowed_payment_method_types ?? null;
  const types = allowed ?? params.payment_method_types;
  if (types !== undefined) return { types, allowed, automatic: null };
  const { enabled, allow_redirects } = params.automatic_payment_methods ?? { enabled: true };
  return { types: ['card'], allowed, automatic: { enabled, allow_redirects: allow_redirects ?? 'always' } };
}

function chooseCard(at: { world: World; account: Account }, intent: SetupIntentRecord, source: MethodSource): void {
  const { payment_method, payment_method_data } = source;
  if (payment_method === undefined && payment_method_data === undefined) return;
  intent.payment_method = methodFor(at, intent, { payment_method, payment_method_data })?.id ?? null;
  intent.status = 'requires_confirmation';
}

function update(world: World, { account, path, params, version }: ApiCall<typeof updateShape>): SetupIntentRecord {
  const intent = setupAt(account, path);
  refuseWrittenTypes(params.payment_method_types, version);
  if (!OPEN.includes(intent.status)) throw unexpectedState(intent, 'updated');
  if (params.customer !== undefined) intent.customer = customerNamed(account, params.customer).id;
  intent.metadata = mergeMetadata(intent.metadata ?? {}, params.metadata);
  if (params.description !== undefined) intent.description = params.description || null;
  chooseCard({ world, account }, intent, params);
  return intent;
}

/** Confirms with a card and says what came of it. */
export function confirmSetupIntent(
  at: { world: World; account: Account },
  intent: SetupIntentRecord,
  wish: MethodSource & { return_url?: string | undefined },
): Outcome & { method: PaymentMethodRecord } {
  if (!OPEN.includes(intent.status)) throw unexpectedState(intent, 'confirmed');
  const method = methodFor(at, intent, wish);
  if (method === undefined) {
    const message =
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.";
    throw refusal('setup_intent_unexpected_state', message, { setup_intent: snapshot(intent) });
  }
  return { ...confirmSetup(at.world, at.account, { intent, method, returnUrl: wish.return_url }), method };
}

function answerSetup(intent: SetupIntentRecord, outcome: ReturnType<typeof confirmSetupIntent>): SetupIntentRecord {
  if (outcome.kind !== 'declined') return intent;
  throw cardError(outcome.decline, {
    setup_intent: snapshot(intent),
    payment_method: snapshot(outcome.method),
  });
}

function confirm(world: World, { account, path, params }: ApiCall<typeof confirmShape>): SetupIntentRecord {
  const intent = openedBy(params.client_secret, setupAt(account, path));
  return answerSetup(intent, confirmSetupIntent({ world, account }, intent, params));
}

function cancel(world: World, { account, path, params }: ApiCall<typeof cancelShape>): SetupIntentRecord {
  const intent = setupAt(account, path);
  if (!OPEN.includes(intent.status)) throw unexpectedState(intent, 'canceled');
  intent.status = 'canceled';
  intent.next_action = null;
  intent.cancellation_reason = params.cancellation_reason ?? null;
  emit(world, account, { type: 'setup_intent.canceled', object: intent });
  return intent;
}

function unexpectedState(intent: SetupIntentRecord, verb: string): ApiError {
  const message = `This SetupIntent could not be ${verb} because it has a status of ${intent.status}.`;
  return refusal('setup_intent_unexpected_state', message, { setup_intent: snapshot(intent) });
}
