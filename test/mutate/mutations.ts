import { memberMutations } from './member-mutations.ts';
import { monthEndMutations } from './month-end-mutations.ts';

/** One line on which money depends, broken on purpose; the tests it names must then fail. */
export interface Mutation {
  readonly name: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Occurs exactly once in `file`. */
  readonly find: string;
  readonly replace: string;
  /** Test files of which at least one test must fail. */
  readonly tests: readonly string[];
  /** Which tests of these files, by their titles: where all of them would wait long for what is broken. */
  readonly only?: string;
}

const money = { file: 'src/domain/money.ts', tests: ['test/domain/money.test.ts'] };
const judge = { file: 'src/ledger/judge-posting.ts', tests: ['test/ledger/posting.test.ts'] };
const holds = { file: 'src/ledger/judge-posting.ts', tests: ['test/ledger/holds.test.ts'] };
const salePosting = { file: 'src/ledger/postings/sale.ts', tests: ['test/ledger/postings.test.ts'] };
const feePosting = { file: 'src/ledger/postings/processor.ts', tests: ['test/ledger/postings.test.ts'] };
const saleStates = { file: 'src/domain/counter/sale.ts', tests: ['test/domain/sale.test.ts'] };
const webhook = { file: 'src/stripe/webhook.ts', tests: ['test/stripe/webhook.test.ts'] };
const saleAtReader = ['test/e2e/counter/terminal-sale.test.ts'];

/** Cheap ones first; `npm run mutate -- name` runs some of them. */
export const mutations: readonly Mutation[] = [
  {
    ...money,
    name: 'a percentage forgets to round half up',
    find: 'dividend * sign * 2n + divisor',
    replace: 'dividend * sign * 2n',
  },
  { ...money, name: 'an allocation loses the cents left over', find: '.slice(0, leftOver)', replace: '.slice(0, 0)' },
  {
    ...money,
    name: 'included tax is taken of the gross amount',
    find: '10_000n + BigInt(rate)',
    replace: '10_000n',
  },
  {
    ...money,
    name: 'an amount is given to the processor in our minor units, not its own',
    find: 'minorUnits(amount.amountMinor * providerFactor(amount.currency, provider))',
    replace: 'minorUnits(amount.amountMinor)',
  },
  {
    ...saleStates,
    name: 'captured money can be canceled',
    find: "captured: { capture: 'captured', post: 'posted' },",
    replace: "captured: { capture: 'captured', post: 'posted', cancel: 'canceled' },",
  },
  {
    ...saleStates,
    name: 'a posted sale can be taken back',
    find: "posted: { post: 'posted' },",
    replace: "posted: { post: 'posted', cancel: 'canceled' },",
  },
  {
    ...saleStates,
    name: 'a sale under way may be pushed to the reader once more',
    find: "return state === 'declined';",
    replace: "return state !== 'created';",
  },
  {
    name: 'an old decline is taken for a new one',
    file: 'src/domain/counter/sale-progress.ts',
    find: ' || standing.knownDeclines.has(decline.chargeRef)',
    replace: '',
    tests: ['test/domain/sale-progress.test.ts'],
  },
  {
    ...webhook,
    name: 'a signature that no secret gives is accepted',
    find: 'if (matches.length === 0) throw',
    replace: 'if (request.secrets.length === 0) throw',
  },
  {
    ...webhook,
    name: 'a stale signature is accepted',
    find: 'if (isStale) throw',
    replace: 'if (!isStale && isStale) throw',
  },
  {
    ...webhook,
    name: 'client secrets are stored',
    find: 'payload: withoutClientSecrets(body),',
    replace: 'payload: body,',
  },
  {
    ...feePosting,
    name: 'a fee has the other sign',
    find: 'amount.amountMinor > 0 ? [debit, credit]',
    replace: 'amount.amountMinor < 0 ? [debit, credit]',
  },
  {
    ...feePosting,
    name: 'a fee is named by chance and could be posted twice',
    find: '`${provider}-fee-${balanceTransactionRef}`',
    replace: '`${provider}-fee-${balanceTransactionRef}-${Math.random()}`',
  },
  {
    ...salePosting,
    name: 'a tip is booked as goods',
    find: "{ type: 'Tip', counterparty: payer }",
    replace: "{ type: 'Sale', counterparty: payer }",
  },
  {
    ...salePosting,
    name: 'card money is posted to the wrong side',
    find: 'debit(processor, amount,',
    replace: 'credit(processor, amount,',
  },
  {
    ...salePosting,
    name: 'a capture is named by chance and could be posted twice',
    find: '`sale-${saleId}-capture-${captureNo}`',
    replace: '`sale-${saleId}-capture-${captureNo}-${Math.random()}`',
  },
  {
    ...judge,
    name: 'an account goes one cent below its floor',
    find: '< floorMinor - overdraftMinor;',
    replace: '< floorMinor - overdraftMinor - 1;',
  },
  {
    ...judge,
    name: 'a posting that stands is judged anew',
    find: 'if (known !== undefined) return judgeKnown(item, known);',
    replace: 'if (known?.id === item.id) return judgeKnown(item, known);',
  },
  {
    ...judge,
    name: 'another content under a used op_key passes for a replay',
    find: 'if (known.contentHash !== item.contentHash) {',
    replace: 'if (known.contentHash === null) {',
  },
  {
    ...judge,
    name: 'a currency is posted to an account of another one',
    find: 'leg.amount.currency !== leg.account.currency',
    replace: "leg.amount.currency === ''",
  },
  { ...judge, name: 'debits may exceed credits', find: 'total === 0n', replace: 'total >= 0n' },
  {
    ...judge,
    name: 'a balance-after adds what it should subtract',
    find: 'amountMinor : -Number(amountMinor)',
    replace: 'amountMinor : Number(amountMinor)',
  },
  {
    ...holds,
    name: 'what is held can be spent by others',
    find: 'balanceAfter(sheet) - heldAfter(sheet) < floorMinor',
    replace: 'balanceAfter(sheet) < floorMinor',
  },
  {
    ...holds,
    name: 'a hold that ended is consumed again',
    find: "if (hold.state !== 'placed' || isTakenHere)",
    replace: 'if (isTakenHere)',
  },
  {
    ...holds,
    name: 'more is taken of a hold than it holds',
    find: 'amount.amountMinor <= hold.amountMinor && coveredBy(sheet)',
    replace: 'coveredBy(sheet)',
  },
  {
    name: 'a hold is placed on money that is not there',
    file: 'src/ledger/judge-hold.ts',
    find: 'account.floorMinor !== null && availableMinor < account.floorMinor',
    replace: 'account.floorMinor !== null && availableMinor === Infinity',
    tests: ['test/ledger/holds.test.ts'],
  },
  {
    name: 'accounts are read without a lock',
    file: 'src/ledger/statements.ts',
    find: 'ORDER BY id FOR UPDATE',
    replace: 'ORDER BY id',
    tests: ['test/ledger/interleaving.test.ts'],
  },
  {
    name: 'a rider overwrites a row that moved on',
    file: 'src/ledger/rider-rows.ts',
    find: '(rider.expectedVersion !== undefined && found !== rider.expectedVersion)',
    replace: '(rider.expectedVersion !== undefined && found === undefined)',
    tests: ['test/ledger/groups-and-riders.test.ts'],
  },
  {
    name: 'a change of a row that moved on is lost without a word',
    file: 'src/entities/commit-riders.ts',
    find: 'hits(sent[index]) === 0',
    replace: 'hits(sent[index]) === -1',
    tests: ['test/entities/commit-riders.test.ts'],
  },
  {
    name: 'a link of the chain forgets the one before',
    file: 'src/ledger/seal.ts',
    find: 'hash = linkHash(hash,',
    replace: 'hash = linkHash(genesisHash,',
    tests: ['test/ledger/seal.test.ts'],
  },
  {
    name: "another sale's payment is cleared from the reader",
    file: 'src/stripe/withdraw-payment.ts',
    find: ' || action.paymentRef !== request.paymentRef) return;',
    replace: ') return;',
    tests: ['test/stripe/withdraw-payment.test.ts'],
  },
  {
    name: 'a used idempotency key serves another request',
    file: 'src/api/once.ts',
    find: 'if (seen.hash === write?.hash) return;',
    replace: "if (seen.hash !== '' || write === null) return;",
    tests: ['test/api/idempotency.test.ts'],
  },
  {
    name: "another organisation's sale is found",
    file: 'src/entities/counter/sales.read.ts',
    find: "this.add('organisation_id = ?', scope.organisationId ?? undefined);",
    replace: '',
    tests: ['test/api/permissions.test.ts'],
  },
  {
    name: "a site's key opens what is its organisation's",
    file: 'src/api/access/policy.ts',
    find: 'breadth[levelOf(principal)] < breadth[policy.scope]',
    replace: 'false',
    tests: ['test/api/permissions.test.ts'],
  },
  {
    name: 'a reader in use is taken from its sale',
    file: 'src/entities/counter/reader-lease.ts',
    find: ' AND removed_at IS NULL AND lease_owner IS NULL',
    replace: ' AND removed_at IS NULL',
    tests: saleAtReader,
    only: 'tells a second till which sale holds the reader',
  },
  {
    name: 'more is captured than was authorized',
    file: 'src/activities/counter/sale-taking.ts',
    find: 'if (amountMinor > payment.authorizedMinor) {',
    replace: 'if (amountMinor < 0) {',
    tests: saleAtReader,
  },
  {
    name: 'a tip exceeds the little that was captured',
    file: 'src/activities/counter/sale-posting.ts',
    find: 'tip: minimum(money(tip, currency), amount),',
    replace: 'tip: money(tip, currency),',
    tests: saleAtReader,
  },
  {
    name: 'a payment is made anew at every try',
    file: 'src/activities/counter/sale-desk.ts',
    find: 'key: `sale-${sale.id}-intent-1`,',
    replace: 'key: `sale-${sale.id}-intent-${Date.now()}`,',
    tests: ['test/e2e/provider-faults.test.ts'],
    only: 'keeps the same key on every try',
  },
  {
    name: 'money that came late is not booked',
    file: 'src/activities/payments/late-event.activities.ts',
    find: 'await postLateMoney(desk, payment);',
    replace: '',
    tests: ['test/e2e/late-money.test.ts'],
  },
  ...memberMutations,
  ...monthEndMutations,
];
