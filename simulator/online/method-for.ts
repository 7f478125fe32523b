import type { PaymentMethodRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { plainRefusal, refusal } from '../wire/errors.ts';
import type { World } from '../world.ts';
import { cardFromInput, type MethodInput } from './card-input.ts';
import { backgroundOfCard, methodNamed, refuseSpent } from './saved-cards.ts';

/** Where the card of a confirmation comes from: named, typed with it, or already on the intent. */
export interface MethodSource {
  payment_method?: string | undefined;
  payment_method_data?: MethodInput | undefined;
}

/** What is confirmed, as far as its card depends on it. */
export interface Confirmed {
  object: 'payment_intent' | 'setup_intent';
  payment_method: string | null;
  payment_method_types: readonly string[];
  customer: string | null;
}

/** The card that is to be used, or undefined when none was named. @throws ApiError 400 for a card this intent cannot take */
export function methodFor(
  { world, account }: { world: World; account: Account },
  intent: Confirmed,
  source: MethodSource,
): PaymentMethodRecord | undefined {
  const method = methodFrom(world, account, source) ?? account.paymentMethods.get(intent.payment_method ?? '');
  if (method === undefined) return undefined;
  checkType(intent, method);
  backgroundOfCard(account, method);
  checkOwner(intent, method);
  refuseSpent(account, method);
  return method;
}

function methodFrom(world: World, account: Account, source: MethodSource): PaymentMethodRecord | undefined {
  if (source.payment_method !== undefined) return methodNamed(world, account, source.payment_method);
  return source.payment_method_data === undefined
    ? undefined
    : cardFromInput(world, account, source.payment_method_data);
}

function checkType({ object, payment_method_types: types }: Confirmed, { type }: PaymentMethodRecord): void {
  if (types.includes(type)) return;
  const message = `The PaymentMethod provided (${type}) is not allowed for this ${object}. It accepts: ${types.join(', ')}.`;
  const code =
    object === 'setup_intent' ? 'setup_intent_invalid_parameter' : 'payment_intent_incompatible_payment_method';
  throw refusal(code, message, { param: 'payment_method' });
}

/** A saved card serves its own customer only. */
function checkOwner({ customer }: Confirmed, method: PaymentMethodRecord): void {
  if (method.customer === null || method.customer === customer) return;
  if (customer === null) {
    throw plainRefusal(
      'This PaymentMethod belongs to a Customer. Please include the Customer in the `customer` parameter on the PaymentIntent.',
    );
  }
  throw plainRefusal(
    `The provided PaymentMethod (${method.id}) was attached to a different Customer than the one specified (${customer}).`,
  );
}
