import type { Account } from '../store.ts';
import { invalidParameter } from './errors.ts';

type Bag = Record<string, unknown>;

/** Which properties hold an id that can be expanded, by the object's name (terminal.md 5.1-1). */
const expandable: Record<string, readonly string[]> = {
  payment_intent: ['latest_charge', 'payment_method', 'customer', 'review', 'application', 'on_behalf_of'],
  charge: [
    ...['payment_intent', 'balance_transaction', 'failure_balance_transaction', 'customer', 'refunds'],
    ...['application', 'application_fee', 'on_behalf_of', 'review', 'source_transfer', 'transfer'],
  ],
  refund: [
    ...['charge', 'payment_intent', 'balance_transaction', 'failure_balance_transaction', 'payment_method'],
    ...['customer', 'transfer_reversal', 'source_transfer_reversal'],
  ],
  balance_transaction: ['source'],
  transfer: ['balance_transaction', 'destination', 'destination_payment', 'source_transaction'],
  dispute: ['charge', 'payment_intent'],
  'terminal.reader': ['location'],
  payment_method: ['customer'],
  customer: ['default_source'],
  setup_intent: ['customer', 'payment_method', 'latest_attempt', 'application', 'on_behalf_of', 'mandate'],
  setup_attempt: ['customer', 'payment_method', 'setup_intent', 'application', 'on_behalf_of'],
};
/** Objects without a name of their own, by the property they stand in. */
const expandableWithin: Record<string, readonly string[]> = {
  process_payment_intent: ['payment_intent'],
  collect_payment_method: ['payment_intent'],
  confirm_payment_intent: ['payment_intent'],
  refund_payment: ['payment_intent', 'charge', 'refund'],
  invoice_settings: ['default_payment_method'],
};
const DEEPEST = 4;

/** A copy of the answer with the ids at the given paths replaced by their objects; the stored objects stay as they are. */
export function expanded(answer: object, paths: readonly string[], account: Account): object {
  let result = answer as Bag;
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > DEEPEST) {
      throw invalidParameter('expand', `You cannot expand more than ${DEEPEST} levels of a property: ${path}.`);
    }
    result = expandAt(result, { steps, path, account, standsIn: '' });
  }
  return result;
}

interface Way {
  steps: string[];
  path: string;
  account: Account;
  standsIn: string;
}

function expandAt(bag: Bag, way: Way): Bag {
  const [step = '', ...rest] = way.steps;
  const value = bag[step];
  const inner = { ...way, steps: rest, standsIn: step };
  if (Array.isArray(value)) return { ...bag, [step]: expandEach(value, inner) };
  if (isBag(value)) return rest.length === 0 ? bag : { ...bag, [step]: expandAt(value, inner) };
  checkExpandable(bag, step, way);
  const found = lookUp(step === 'refunds' ? bag : value, way.account);
  if (found === undefined) return bag;
  return { ...bag, [step]: rest.length === 0 ? found : expandAt(found as Bag, inner) };
}

function expandEach(items: unknown[], way: Way): unknown[] {
  return way.steps.length === 0 ? items : items.map((item) => (isBag(item) ? expandAt(item, way) : item));
}

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null;
}

function checkExpandable(bag: Bag, step: string, { standsIn, path }: Way): void {
  const names = expandable[typeof bag['object'] === 'string' ? bag['object'] : ''] ?? expandableWithin[standsIn];
  if (names?.includes(step) !== true) {
    throw invalidParameter('expand', `This property cannot be expanded (${path}).`);
  }
}

/** Ids carry their kind in the prefix; a charge stands for its refunds. */
function lookUp(id: unknown, account: Account): object | undefined {
  if (isBag(id)) return refundsOf(id, account);
  if (typeof id !== 'string') return undefined;
  const kind = id.slice(0, id.indexOf('_'));
  return shelves[kind]?.(account).get(id);
}

const shelves: Record<string, (account: Account) => { get(id: string): object | undefined }> = {
  pi: ({ paymentIntents }) => paymentIntents,
  ch: ({ charges }) => charges,
  re: ({ refunds }) => refunds,
  txn: ({ balanceTransactions }) => balanceTransactions,
  po: ({ payouts }) => payouts,
  tr: ({ transfers }) => transfers,
  pm: ({ paymentMethods }) => paymentMethods,
  tml: ({ locations }) => locations,
  dp: ({ disputes }) => disputes,
  seti: ({ setupIntents }) => setupIntents,
  setatt: ({ setupAttempts }) => setupAttempts,
  cus: ({ customers, deletedCustomers }) => ({
    get: (id) =>
      customers.get(id) ?? (deletedCustomers.has(id) ? { id, object: 'customer', deleted: true } : undefined),
  }),
};

function refundsOf(charge: Bag, account: Account): object {
  const id = String(charge['id']);
  const data = [...account.refunds.newestFirst()].filter((refund) => refund.charge === id);
  return { object: 'list', data, has_more: false, url: `/v1/charges/${id}/refunds` };
}
