import type { PayoutRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { noSuch } from '../wire/errors.ts';
import { filledText } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';
import { recordMovement } from './balance-transactions.ts';

/** What the processor paid to the account's bank, or took from it; made by the control plane, as by its schedule. */
export function payoutRoutes(): ApiRoute[] {
  const filters = { ...paging, created: instantRange, arrival_date: instantRange, status: filledText };
  return [
    endpoint('GET /v1/payouts', filters, ({ account, params }) =>
      listPage(account.payouts, {
        url: '/v1/payouts',
        noun: 'payout',
        params,
        keep: (payout) =>
          within(params.created, payout.created) &&
          within(params.arrival_date, payout.arrival_date) &&
          (params.status ?? payout.status) === payout.status,
      }),
    ),
    endpoint('GET /v1/payouts/:id', {}, ({ account, path }) => {
      const id = path['id'] ?? '';
      const payout = account.payouts.get(id);
      if (payout === undefined) throw noSuch('payout', id, 'id');
      return payout;
    }),
  ];
}

/** Pays `amountMinor` to the bank; below zero it is taken from there, as for a negative balance. */
export function makePayout(
  world: World,
  account: Account,
  { amountMinor, currency }: { amountMinor: number; currency: string },
): PayoutRecord {
  const created = world.clock.nowSeconds();
  const payout = newPayout({ id: world.random.id('po_1', 23), created, amountMinor, currency });
  const moved = { amount: -amountMinor, fee: 0, currency, source: payout.id };
  const line = recordMovement(world, account, {
    ...moved,
    description: 'STRIPE PAYOUT',
    type: 'payout',
    category: 'payout',
  });
  payout.balance_transaction = line.id;
  account.payouts.add(payout);
  emit(world, account, { type: 'payout.created', object: payout });
  emit(world, account, { type: 'payout.paid', object: payout });
  return payout;
}

/** The bank did not take it: the money is at the processor again. */
export function failPayout(world: World, account: Account, payout: PayoutRecord): void {
  const moved = { amount: payout.amount, fee: 0, currency: payout.currency, source: payout.id };
  const line = recordMovement(world, account, {
    ...moved,
    description: 'STRIPE PAYOUT FAILURE',
    type: 'payout_failure',
    category: 'payout_reversal',
  });
  payout.status = 'failed';
  payout.failure_code = 'account_closed';
  payout.failure_message = 'The bank account has been closed.';
  payout.failure_balance_transaction = line.id;
  emit(world, account, { type: 'payout.failed', object: payout });
}

interface NewPayout {
  readonly id: string;
  readonly created: number;
  readonly amountMinor: number;
  readonly currency: string;
}

function newPayout({ id, created, amountMinor, currency }: NewPayout): PayoutRecord {
  return {
    id,
    object: 'payout',
    amount: amountMinor,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: created,
    automatic: true,
    balance_transaction: null,
    created,
    currency,
    description: 'STRIPE PAYOUT',
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'paid',
    trace_id: null,
    type: 'bank_account',
  };
}
