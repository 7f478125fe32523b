import type { SaleState } from '../counter/sale.ts';

/** What an event says, as far as routing it and judging it needs; never believed further than that (decisions D48). */
export interface ProviderNews {
  readonly type: string;
  /** The sale that we named in the object's metadata. */
  readonly saleHint: string | null;
  /** The member's top-up that we named in the object's metadata. */
  readonly topUpHint: string | null;
  /** The member that we named in the object's metadata. */
  readonly memberHint: string | null;
  /** The payout that we named in the object's metadata. */
  readonly payoutHint: string | null;
  /** Processor objects by which the owner can be found, the surest first. */
  readonly objectRefs: readonly string[];
  /** The refund that we named in the object's metadata, and how the processor has it. */
  readonly refundHint: string | null;
  readonly refundStatus: string | null;
  /** The key of the request that caused the event; it is ours when it names our sale. */
  readonly requestKey: string | null;
  /** The card was declined: a `payment_failed` tells the same of the payment itself. */
  readonly isReaderDecline: boolean;
  /** A charge that has its line in the processor's ledger, and so its fee. */
  readonly hasBalanceLine: boolean;
}

/**
 * What to do with an event whose owner is known. `signal`: wake its workflow, which reads the processor; `observed`:
 * it tells nothing that could move its owner; `late`: its owner is over and the processor must be compared with the
 * book; `review`: its card payment must be; `ignored`: we have no use for this kind.
 */
export interface Advice {
  readonly kind: 'signal' | 'observed' | 'late' | 'review' | 'ignored';
  readonly reason: string;
  /** The processor's fee can be read now. */
  readonly feeKnown?: true;
}

type Rule = (news: ProviderNews, state: SaleState) => Advice;

const paid: readonly SaleState[] = ['captured', 'posted'];
const gone: readonly SaleState[] = ['canceled', 'expired', 'never_begun'];
const beforeTheCard: readonly SaleState[] = ['created', 'dispatching', 'awaiting_card', 'unresolved'];

const rules: Readonly<Record<string, Rule>> = {
  'payment_intent.amount_capturable_updated': moves([...beforeTheCard, 'declined'], gone),
  'payment_intent.succeeded': moves([...beforeTheCard, 'declined', 'authorized'], gone),
  'payment_intent.payment_failed': moves(beforeTheCard, []),
  'payment_intent.canceled': canceled,
  'terminal.reader.action_succeeded': () => observed('the payment itself tells what the reader did'),
  'terminal.reader.action_failed': (news, state) =>
    news.isReaderDecline
      ? observed('the payment itself tells of the decline')
      : moves(['dispatching', 'awaiting_card', 'unresolved'], [])(news, state),
  'charge.succeeded': () => observed('the payment itself tells of its charge'),
  'charge.captured': () => observed('the payment itself tells of its charge'),
  'charge.failed': () => observed('the payment itself tells of its charge'),
  'charge.expired': () => observed('the payment itself tells of its charge'),
  'charge.updated': (news) =>
    news.hasBalanceLine ? { ...observed('the fee is known'), feeKnown: true } : observed('no fee yet'),
  'charge.refunded': () => observed('the refund itself tells'),
  'refund.created': moneyBack,
  'refund.updated': moneyBack,
  'refund.failed': moneyBack,
  'setup_intent.succeeded': () => observed('it saved a card and moved no money'),
  'charge.dispute.created': moneyBack,
  'charge.dispute.closed': moneyBack,
  'charge.dispute.funds_withdrawn': moneyBack,
  'charge.dispute.funds_reinstated': moneyBack,
  'transfer.reversed': () => observed('it is no transfer of ours'),
};

/** The types that our endpoint at the processor subscribes to and the sweep reads. */
export const subscribedEventTypes: readonly string[] = Object.keys(rules);

/** Whether anything is known of `type`; an event of another type is ignored without looking for its owner. */
export function isSubscribed(type: string): boolean {
  return Object.hasOwn(rules, type);
}

/** Whether an event could matter to some owner: if not, it need not be kept waiting until the owner is known. */
export function canMatter(news: ProviderNews): boolean {
  const states: readonly SaleState[] = [...beforeTheCard, 'declined', 'authorized', 'capturing', ...paid, ...gone];
  return states.some((state) => ['signal', 'late', 'review'].includes(adviceFor(news, state).kind));
}

/** Judges an event against the state of the sale it belongs to: the table of decisions D48, and nothing else. */
export function adviceFor(news: ProviderNews, state: SaleState): Advice {
  const rule = isSubscribed(news.type) ? rules[news.type] : undefined;
  if (rule === undefined) return { kind: 'ignored', reason: `no use for ${news.type}` };
  return rule(news, state);
}

/** Wakes a sale in `open` states, is late in `over` states, and otherwise tells what is known already. */
function moves(open: readonly SaleState[], over: readonly SaleState[]): Rule {
  return (_news, state) => {
    if (open.includes(state)) return { kind: 'signal', reason: `the sale is ${state}` };
    if (over.includes(state)) return { kind: 'late', reason: `the sale is ${state} already` };
    return observed(`the sale is ${state} already`);
  };
}

/** What we canceled ourselves comes back as the answer to our own call, so its event need not wake anybody. */
function canceled(news: ProviderNews, state: SaleState): Advice {
  const isOurs = news.saleHint !== null && news.requestKey?.includes(news.saleHint) === true;
  if (isOurs && state !== 'unresolved' && !paid.includes(state)) return observed('canceled by ourselves');
  return moves([...beforeTheCard, 'declined', 'authorized', 'capturing'], paid)(news, state);
}

function observed(reason: string): Advice {
  return { kind: 'observed', reason };
}

/** The card payment is compared with the processor, whatever has become of its sale (money-back-events.ts). */
function moneyBack(): Advice {
  return { kind: 'review', reason: 'money went back at the processor' };
}
