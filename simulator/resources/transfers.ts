import type { TransferRecord, TransferReversalRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter, noSuch, noSuchReference, refusal } from '../wire/errors.ts';
import { filledText, integer, mergeMetadata, metadata, needed, text } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';
import { checkCurrency } from './amounts.ts';
import { balanceOf } from './balance.ts';
import { recordMovement } from './balance-transactions.ts';

const createShape = {
  amount: needed(integer),
  currency: needed(filledText),
  destination: needed(filledText),
  description: text,
  metadata,
  transfer_group: filledText,
};
const reverseShape = { amount: integer, description: text, metadata };

/** Money that a platform sends to its connected accounts, and takes back. */
export function transferRoutes(world: World): ApiRoute[] {
  const filters = { ...paging, created: instantRange, destination: filledText, transfer_group: filledText };
  return [
    endpoint('POST /v1/transfers', createShape, (call) => create(world, call)),
    endpoint('GET /v1/transfers', filters, ({ account, params }) =>
      listPage(account.transfers, {
        url: '/v1/transfers',
        noun: 'transfer',
        params,
        keep: (transfer) =>
          within(params.created, transfer.created) &&
          (params.destination ?? transfer.destination) === transfer.destination &&
          (params.transfer_group ?? transfer.transfer_group) === transfer.transfer_group,
      }),
    ),
    endpoint('GET /v1/transfers/:id', {}, ({ account, path }) => transferAt(account, path)),
    endpoint('GET /v1/transfers/:id/reversals', paging, ({ account, path, params }) => {
      const transfer = transferAt(account, path);
      const { url } = transfer.reversals;
      const keep = (reversal: TransferReversalRecord) => reversal.transfer === transfer.id;
      return listPage(account.transferReversals, { url, noun: 'transfer_reversal', params, keep });
    }),
    endpoint('POST /v1/transfers/:id/reversals', reverseShape, ({ account, path, params }) => {
      const transfer = transferAt(account, path);
      const amountMinor = params.amount ?? transfer.amount - transfer.amount_reversed;
      return reverseTransfer(world, account, { transfer, amountMinor, metadata: mergeMetadata({}, params.metadata) });
    }),
  ];
}

function transferAt(account: Account, path: Record<string, string>): TransferRecord {
  const id = path['id'] ?? '';
  const transfer = account.transfers.get(id);
  if (transfer === undefined) throw noSuch('transfer', id, 'id');
  return transfer;
}

function create(world: World, { account, params }: ApiCall<typeof createShape>): TransferRecord {
  const currency = checkCurrency(params.currency);
  checkTransfer(world, account, { ...params, currency });
  const id = world.random.id('tr_1', 23);
  const line = recordMovement(world, account, {
    ...{ amount: -params.amount, fee: 0, currency, source: id, description: params.description ?? null },
    ...{ type: 'transfer', category: 'transfer' },
  });
  const transfer: TransferRecord = {
    id,
    object: 'transfer',
    amount: params.amount,
    amount_reversed: 0,
    balance_transaction: line.id,
    created: world.clock.nowSeconds(),
    currency,
    description: params.description ?? null,
    destination: params.destination,
    destination_payment: world.random.id('py_1', 23),
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: null,
    source_type: 'card',
    transfer_group: params.transfer_group ?? null,
  };
  account.transfers.add(transfer);
  emit(world, account, { type: 'transfer.created', object: transfer });
  return transfer;
}

interface Wanted {
  readonly amount: number;
  readonly currency: string;
  readonly destination: string;
}

function checkTransfer(world: World, account: Account, { amount, currency, destination }: Wanted): void {
  if (amount < 1) throw invalidParameter('amount', 'Invalid positive integer', 'parameter_invalid_integer');
  if (world.store.account(destination)?.platform !== account.id) {
    throw noSuchReference('destination', destination, 'destination');
  }
  if ((balanceOf(world, account).get(currency)?.available ?? 0) < amount) {
    throw refusal('balance_insufficient', 'You have insufficient available funds in your Stripe account.');
  }
}

/** A transfer shows so many of its newest reversals; all of them have a list of their own. */
const reversalsShown = 10;

interface Reversing {
  readonly transfer: TransferRecord;
  readonly amountMinor: number;
  readonly metadata?: Record<string, string>;
}

/** Takes `amountMinor` back, by the API or in the console. Throws when that is more than is left of the transfer. */
export function reverseTransfer(world: World, account: Account, wish: Reversing): TransferReversalRecord {
  const { transfer, amountMinor } = wish;
  const left = transfer.amount - transfer.amount_reversed;
  if (left === 0) throw refusal('transfer_already_reversed', `Transfer ${transfer.id} is already fully reversed.`);
  if (amountMinor < 1 || amountMinor > left) {
    const message = `Transfer reversal amount (${amountMinor}) is not within what is left of the transfer (${left}).`;
    throw invalidParameter('amount', message);
  }
  const { currency } = transfer;
  const id = world.random.id('trr_1', 23);
  const line = recordMovement(world, account, {
    ...{ amount: amountMinor, fee: 0, currency, source: id, description: 'REVERSAL OF TRANSFER' },
    ...{ type: 'transfer_refund', category: 'transfer_reversal' },
  });
  const reversal: TransferReversalRecord = {
    id,
    object: 'transfer_reversal',
    amount: amountMinor,
    balance_transaction: line.id,
    created: world.clock.nowSeconds(),
    currency,
    destination_payment_refund: world.random.id('pyr_1', 23),
    metadata: wish.metadata ?? {},
    source_refund: null,
    transfer: transfer.id,
  };
  account.transferReversals.add(reversal);
  transfer.reversals.data.unshift(reversal);
  transfer.reversals.has_more = transfer.reversals.data.length > reversalsShown;
  transfer.reversals.data.splice(reversalsShown);
  transfer.amount_reversed += amountMinor;
  transfer.reversed = transfer.amount_reversed === transfer.amount;
  emit(world, account, { type: 'transfer.reversed', object: transfer });
  return reversal;
}
