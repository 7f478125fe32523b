import type { LedgerLinks } from '../domain/ledger.ts';

/** The column of each link of a transaction, in the order in which rows are written and read. */
export const linkColumns: readonly { readonly column: string; readonly link: keyof LedgerLinks }[] = [
  { column: 'organisation_id', link: 'organisationId' },
  { column: 'member_id', link: 'memberId' },
  { column: 'sale_id', link: 'saleId' },
  { column: 'refund_id', link: 'refundId' },
  { column: 'payout_id', link: 'payoutId' },
  { column: 'processor_account_id', link: 'processorAccountId' },
  { column: 'provider_ref', link: 'providerRef' },
  { column: 'reverses', link: 'reverses' },
  { column: 'actor', link: 'actor' },
];

/** The columns of `ledger_transaction` in the order in which rows are written. */
export const transactionColumns: readonly string[] = [
  'id',
  'op_key',
  'content_hash',
  'kind',
  'reference',
  'occurred_at',
  'recorded_at',
  'description',
  'overdraft_minor',
  ...linkColumns.map(({ column }) => column),
];
