import { processingFee } from '../money.ts';
import type { BalanceTransactionRecord, ChargeRecord, RefundRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { noSuch } from '../wire/errors.ts';
import { filledText } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';

export function balanceTransactionRoutes(world: World): ApiRoute[] {
  const filters = {
    ...paging,
    created: instantRange,
    currency: filledText,
    payout: filledText,
    source: filledText,
    type: filledText,
  };
  return [
    endpoint('GET /v1/balance_transactions', filters, ({ account, params }) => {
      const page = listPage(account.balanceTransactions, {
        url: '/v1/balance_transactions',
        noun: 'balance transaction',
        params,
        keep: (item) =>
          within(params.created, item.created) &&
          (params.currency ?? item.currency) === item.currency &&
          (params.source ?? item.source) === item.source &&
          (params.type ?? item.type) === item.type &&
          params.payout === undefined,
      });
      return { ...page, data: page.data.map((item) => aged(world, item as BalanceTransactionRecord)) };
    }),
    endpoint('GET /v1/balance_transactions/:id', {}, ({ account, path }) => {
      const id = path['id'] ?? '';
      const found = account.balanceTransactions.get(id);
      if (found === undefined) throw noSuch('balance transaction', id, 'id');
      return aged(world, found);
    }),
  ];
}

/** Money that was taken becomes available after a while (`balanceAvailableAfterMs`). */
export function aged(world: World, item: BalanceTransactionRecord): BalanceTransactionRecord {
  return item.available_on <= world.clock.nowSeconds() ? { ...item, status: 'available' } : item;
}

interface Movement {
  amount: number;
  fee: number;
  currency: string;
  source: string;
  description: string | null;
  type: BalanceTransactionRecord['type'];
  category: string;
  /** Until it can be paid out; what goes, and what comes back, counts at once. */
  availableAfterMs?: number;
  feeFor?: string;
}

export function recordMovement(world: World, account: Account, movement: Movement): BalanceTransactionRecord {
  const { amount, fee, currency } = movement;
  const created = world.clock.nowSeconds();
  const availableOn = created + Math.floor((movement.availableAfterMs ?? 0) / 1000);
  const description = movement.feeFor ?? 'Stripe processing fees';
  const feeDetails = [{ amount: fee, application: null, currency, description, type: 'stripe_fee' }];
  const transaction: BalanceTransactionRecord = {
    id: world.random.id('txn_3', 23),
    object: 'balance_transaction',
    amount,
    available_on: availableOn,
    balance_type: 'payments',
    created,
    currency,
    description: movement.description,
    exchange_rate: null,
    fee,
    fee_details: fee === 0 ? [] : feeDetails,
    net: amount - fee,
    reporting_category: movement.category,
    source: movement.source,
    status: availableOn > created ? 'pending' : 'available',
    type: movement.type,
  };
  account.balanceTransactions.add(transaction);
  return transaction;
}

/** A while after the capture Stripe knows the fee: `charge.updated` brings it (terminal.md 5.3). */
export function settleChargeLater(world: World, account: Account, charge: ChargeRecord): void {
  world.clock.after(world.settings.balanceTransactionDelayMs, () => {
    const transaction = recordMovement(world, account, {
      amount: charge.amount_captured,
      fee: processingFee(charge.amount_captured, charge.currency),
      currency: charge.currency,
      source: charge.id,
      description: charge.description,
      type: charge.payment_method_details?.type === 'interac_present' ? 'payment' : 'charge',
      category: 'charge',
      availableAfterMs: fundsOf(account, charge) === 'at_once' ? 0 : world.settings.balanceAvailableAfterMs,
    });
    charge.balance_transaction = transaction.id;
    emit(world, account, { type: 'charge.updated', object: charge, previous: { balance_transaction: null } });
  });
}

/** Some test cards bring money that is available at once. */
function fundsOf(account: Account, { payment_method: method }: ChargeRecord): 'later' | 'at_once' {
  return account.cards.get(method ?? '')?.card.funds ?? 'later';
}

/** Money going back: the fee is not returned. */
export function recordRefund(world: World, account: Account, refund: RefundRecord): string {
  return recordMovement(world, account, {
    amount: -refund.amount,
    fee: 0,
    currency: refund.currency,
    source: refund.id,
    description: 'REFUND FOR CHARGE',
    type: 'refund',
    category: 'refund',
  }).id;
}

/** A refund that bounced: the money is ours again (terminal.md 4.8). */
export function recordRefundFailure(world: World, account: Account, refund: RefundRecord): string {
  return recordMovement(world, account, {
    amount: refund.amount,
    fee: 0,
    currency: refund.currency,
    source: refund.id,
    description: 'REFUND FAILURE',
    type: 'refund_failure',
    category: 'refund_failure',
  }).id;
}
