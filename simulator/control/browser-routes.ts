import { z } from 'zod';
import { onlineCard } from '../online/online-cards.ts';
import { finishPayment, type Outcome } from '../online/online-payments.ts';
import { addCard } from '../online/saved-cards.ts';
import { finishSetup } from '../online/setups.ts';
import type { ControlRoute } from '../ports.ts';
import type { PaymentMethodRecord } from '../records.ts';
import { confirmIntent } from '../resources/payment-intent-confirm.ts';
import { plainWish } from '../resources/payment-method-shape.ts';
import { confirmSetupIntent } from '../resources/setup-intents.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';
import { owned } from './owned.ts';

const confirmInput = z.strictObject({
  /** A test number, a `pm_card_…` or the id of a saved card. */
  card: z.string().default('4242424242424242'),
  exp_month: z.number().int().min(1).max(12).optional(),
  exp_year: z.number().int().optional(),
  name: z.string().nullable().default(null),
  email: z.string().nullable().default(null),
  /** Of the payment method, as a page may write it. */
  metadata: z.record(z.string(), z.string()).default({}),
  return_url: z.string().optional(),
});
const authenticateInput = z.strictObject({ outcome: z.enum(['pass', 'fail']) });
const intents = { noun: 'payment intent', of: (account: Account) => account.paymentIntents };
const setups = { noun: 'setup intent', of: (account: Account) => account.setupIntents };

/** What the customer does in the browser: pays or saves a card, and answers the bank (terminal.md 5.9). */
export function browserRoutes(world: World): ControlRoute[] {
  return [
    post('/_control/payment_intents/:id/confirm', ({ params, body }) => {
      const { account, item: intent } = owned(world, params, intents);
      const outcome = confirmIntent({ world, account }, intent, wishOf(world, account, body));
      return { ...told(outcome), payment_intent: intent };
    }),
    post('/_control/payment_intents/:id/authenticate', ({ params, body }) => {
      const { account, item: intent } = owned(world, params, intents);
      const passed = authenticateInput.parse(body).outcome === 'pass';
      const method = waitingCard(account, intent);
      return { ...told(finishPayment(world, account, { intent, method, passed })), payment_intent: intent };
    }),
    post('/_control/setup_intents/:id/confirm', ({ params, body }) => {
      const { account, item: intent } = owned(world, params, setups);
      const outcome = confirmSetupIntent({ world, account }, intent, wishOf(world, account, body));
      return { ...told(outcome), setup_intent: intent };
    }),
    post('/_control/setup_intents/:id/authenticate', ({ params, body }) => {
      const { account, item: intent } = owned(world, params, setups);
      const passed = authenticateInput.parse(body).outcome === 'pass';
      const method = waitingCard(account, intent);
      return { ...told(finishSetup(world, account, { intent, method, passed })), setup_intent: intent };
    }),
  ];
}

function post(path: string, handle: ControlRoute['handle']): ControlRoute {
  return { method: 'POST', path, handle };
}

/** What was typed becomes a payment method, as in the browser; a named one is used as it is. */
function wishOf(world: World, account: Account, body: unknown) {
  const { card: reference, return_url = 'http://127.0.0.1/return', ...typed } = confirmInput.parse(body ?? {});
  if (reference.startsWith('pm_')) return { payment_method: reference, return_url };
  const card = onlineCard(reference);
  if (card === undefined) throw new ControlError(400, `${reference} is no test card`);
  const { id } = addCard(world, account, {
    ...plainWish,
    card,
    expMonth: typed.exp_month ?? plainWish.expMonth,
    expYear: typed.exp_year ?? plainWish.expYear,
    billing: { name: typed.name, email: typed.email },
    metadata: typed.metadata,
  });
  return { payment_method: id, return_url };
}

/** The card whose bank is asking. */
function waitingCard(
  account: Account,
  { id, status, payment_method: name }: { id: string; status: string; payment_method: string | null },
): PaymentMethodRecord {
  const method = account.paymentMethods.get(name ?? '');
  if (status === 'requires_action' && method !== undefined) return method;
  throw new ControlError(409, `${id} is ${status}: nobody is being asked.`);
}

/** A refusal is no failure of the customer's browser: it is shown. */
function told(outcome: Outcome): { outcome: Outcome['kind']; error: object | null } {
  if (outcome.kind !== 'declined') return { outcome: outcome.kind, error: null };
  const { code, declineCode: decline_code, message } = outcome.decline;
  return { outcome: outcome.kind, error: { code, decline_code, message } };
}
