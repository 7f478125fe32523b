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
  'terminal.reader': ['location'],
  payment_method: ['customer'],
};
/** Objects without a name of their own, by the property they stand in. */
const expandableWithin: Record<string, readonly string[]> = {
  process_payment_intent: ['payment_intent'],
  collect_payment_method: ['payment_intent'],
  confirm_payment_intent: ['payment_intent'],
  refund_payment: ['payment_intent', 'charge', 'refund'],
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
  if (Array.isArray(value)) {
    return {
      ...bag,
      [step]: value.map((item: unknown) => (isBag(item) && rest.length > 0 ? expandAt(item, inner) : item)),
    };
  }
  if (isBag(value)) {
    if (rest.length === 0) return bag;
    return { ...bag, [step]: expandAt(value, inner) };
  }
  if (!canExpand(bag, step, way.standsIn)) {
    throw invalidParameter('expand', `This property cannot be expanded (${way.path}).`);
  }
  const found = step === 'refunds' ? refundsOf(bag, way.account) : lookUp(value, way.account);
  if (found === undefined) return bag;
  return { ...bag, [step]: rest.length === 0 ? found : expandAt(found as Bag, inner) };
}

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null;
}

function canExpand(bag: Bag, step: string, standsIn: string): boolean {
  const names = expandable[typeof bag['object'] === 'string' ? bag['object'] : ''] ?? expandableWithin[standsIn];
  return names?.includes(step) ?? false;
}

/** Ids carry their kind in the prefix. */
function lookUp(id: unknown, account: Account): object | undefined {
  if (typeof id !== 'string') return undefined;
  switch (id.slice(0, id.indexOf('_'))) {
    case 'pi':
      return account.paymentIntents.get(id);
    case 'ch':
      return account.charges.get(id);
    case 're':
      return account.refunds.get(id);
    case 'txn':
      return account.balanceTransactions.get(id);
    case 'pm':
      return account.paymentMethods.get(id);
    case 'tml':
      return account.locations.get(id);
    default:
      return undefined;
  }
}

function refundsOf(charge: Bag, account: Account): object {
  const id = String(charge['id']);
  const data = [...account.refunds.newestFirst()].filter((refund) => refund.charge === id);
  return { object: 'list', data, has_more: false, url: `/v1/charges/${id}/refunds` };
}
