import type { Mutation } from './mutations.ts';

const figures = { file: 'src/domain/settlement/settlement.ts', tests: ['test/domain/settlement.test.ts'] };
const plan = { file: 'src/domain/settlement/settlement-plan.ts', tests: ['test/domain/settlement-plan.test.ts'] };
const change = { file: 'src/domain/settlement/settlement-decision.ts', tests: ['test/domain/settlement-plan.test.ts'] };
const payoutStates = { file: 'src/domain/settlement/payout.ts', tests: ['test/domain/payout.test.ts'] };
const byHand = { file: 'src/domain/reconciliation/correction.ts', tests: ['test/domain/correction.test.ts'] };
const posting = { file: 'src/ledger/postings/settlement.ts', tests: ['test/ledger/correcting-postings.test.ts'] };
const correcting = { file: 'src/ledger/postings/correction.ts', tests: ['test/ledger/correcting-postings.test.ts'] };
const matcher = { file: 'src/domain/reconciliation/compare-books.ts', tests: ['test/domain/compare-books.test.ts'] };
const cardCost = { file: 'src/domain/cards/card-cost.ts', tests: ['test/domain/card-cost.test.ts'] };
const feeReport = {
  file: 'src/reports/admin/settlement-fees.report.ts',
  tests: ['test/api/reports/report-ageing-and-fees.test.ts'],
};
const approving = {
  file: 'src/activities/settlement/settlement-deciding.ts',
  tests: ['test/e2e/settlement/settlement-approval.test.ts'],
};
const settling = {
  file: 'src/activities/settlement/settlement-posting.ts',
  tests: ['test/e2e/settlement/settlement-approval.test.ts'],
};
const payoutWords = {
  file: 'src/activities/settlement/payout-words.ts',
  tests: ['test/e2e/settlement/payouts.test.ts'],
};

/** The money lines of the month’s end: settlements, approvals, payouts, corrections, the processor’s books and reports. */
export const monthEndMutations: readonly Mutation[] = [
  {
    ...figures,
    name: 'a settlement is rounded down',
    find: ' + BigInt(whole)) /',
    replace: ') /',
  },
  { ...figures, name: 'a settlement leaves no float', find: ' - basis.floatMinor;', replace: ';' },
  {
    ...figures,
    name: 'a settlement of nothing is made',
    find: 'if (settledMinor <= 0) return null;',
    replace: 'if (settledMinor < 0) return null;',
  },
  {
    ...figures,
    name: 'a settlement takes its tax on top of the fee',
    find: 'wholeBp + basis.taxBp)',
    replace: 'wholeBp)',
  },
  {
    ...figures,
    name: 'a settlement overlooks what a person set',
    find: 'basis.overrideMinor ?? basis.balanceMinor',
    replace: 'basis.balanceMinor',
  },
  {
    ...plan,
    name: 'a settlement digs into the float of who has less by now',
    find: 'if (above >= settledMinor)',
    replace: 'if (availableMinor >= settledMinor)',
  },
  {
    ...plan,
    name: 'a settlement is cut to what is there, though its run may not',
    find: 'return capsShort && above > 0',
    replace: 'return above > 0',
  },
  {
    ...plan,
    name: 'a settlement leaves the float with a closed organisation',
    find: 'source.isClosed ? 0 : source.floatMinor',
    replace: 'source.floatMinor',
  },
  {
    ...plan,
    name: 'a settlement plans whom another run has claimed',
    find: 'if (source.claimedBy !== null) return',
    replace: "if (source.claimedBy === '') return",
  },
  {
    ...plan,
    name: 'a settlement has an approval that is not bound to where it pays',
    find: '    bankDetail: item.bankDetailId,\n',
    replace: '',
  },
  {
    ...change,
    name: 'a settlement may be set above the float',
    find: 'amountMinor > mostMinor',
    replace: 'amountMinor > item.balanceMinor',
  },
  {
    ...change,
    name: 'a settlement pays who has nowhere to be paid to, once it was held back',
    find: "state: 'blocked', overrideReason }",
    replace: "state: 'planned', overrideReason }",
  },
  {
    ...posting,
    name: 'a settlement is named by chance and could be posted twice',
    find: '${settled.organisationId}-${settled.currency}`',
    replace: '${settled.organisationId}-${settled.currency}-${Math.random()}`',
  },
  {
    ...posting,
    name: 'a settlement books its fee as tax',
    find: 'credit(settlementFeeIncome(currency), fee,',
    replace: 'credit(taxAccount(currency), fee,',
  },
  {
    ...posting,
    name: 'a payout that came back leaves the bank once more',
    find: '[bankAccount(event.bankRef, amount.currency), payoutsInFlight(amount.currency)]',
    replace: '[payoutsInFlight(amount.currency), bankAccount(event.bankRef, amount.currency)]',
  },
  {
    ...posting,
    name: 'a payout tried again is booked as the first attempt',
    find: '`payout-${event.payoutId}-confirmed-${event.attemptNo}`',
    replace: '`payout-${event.payoutId}-confirmed-1`',
  },
  {
    ...payoutStates,
    name: 'a payout is given up while a bank may still pay it',
    find: "filed: { confirm: 'confirmed', return: 'returned' },",
    replace: "filed: { confirm: 'confirmed', return: 'returned', reverse: 'reversed' },",
  },
  {
    ...payoutStates,
    name: 'a payout is confirmed by an old word on another attempt',
    find: 'if (attemptNo < payout.attemptNo) return',
    replace: 'if (attemptNo < 0) return',
  },
  {
    ...payoutStates,
    name: 'a payout comes back that was never sent',
    find: "planned: { confirm: 'book', return: 'contradicts' },",
    replace: "planned: { confirm: 'book', return: 'book' },",
  },
  {
    ...byHand,
    name: 'a correction that takes much needs no second person',
    find: 'Math.abs(amountMinor) > aboveMinor',
    replace: 'amountMinor > aboveMinor',
  },
  {
    ...byHand,
    name: 'a correction is approved by who asked for it through a host',
    find: 'new Set([person.keyId, person.name])',
    replace: 'new Set([person.keyId])',
  },
  {
    ...matcher,
    name: 'a reconciliation overlooks money that is too little here',
    find: 'if (part.amountMinor === claim.amountMinor) return null;',
    replace: 'if (part.amountMinor >= claim.amountMinor) return null;',
  },
  {
    ...matcher,
    name: 'a reconciliation takes one currency for another',
    find: 'if (part.currency !== claim.currency)',
    replace: "if (part.currency === '')",
  },
  {
    ...matcher,
    name: 'a reconciliation gives no time to what is young',
    find: 'return at > youngFrom;',
    replace: "return at === '' && at > youngFrom;",
  },
  {
    ...cardCost,
    name: 'a report expects card money without its percentage',
    find: 'afterCost * (whole - BigInt(percentE4))',
    replace: 'afterCost * whole',
  },
  {
    ...cardCost,
    name: 'a report estimates the cost of one card payment for all',
    find: 'BigInt(costE4) * BigInt(payments) * whole',
    replace: 'BigInt(costE4) * whole',
  },
  {
    name: 'a report divides by a turnover of zero',
    file: 'src/domain/cards/card-cost.ts',
    find: "if (amount.amountMinor === 0) return '0.00';",
    replace: '',
    tests: ['test/domain/card-cost.test.ts'],
  },
  {
    ...feeReport,
    name: 'a report forgets the tax in gross fees',
    find: 'money(fee.amountMinor + tax.amountMinor, fee.currency)',
    replace: 'money(fee.amountMinor, fee.currency)',
  },
  {
    ...feeReport,
    name: 'a report counts a payout that was given up',
    find: "IF(t.kind = 'payout-given-up', -1, 1)",
    replace: '1',
  },
  {
    ...correcting,
    name: 'a correction has the other sign',
    find: 'const isDebited = growsByDebit === amount.amountMinor > 0;',
    replace: 'const isDebited = growsByDebit === amount.amountMinor < 0;',
  },
  {
    ...approving,
    name: 'a settlement is approved by one person twice',
    find: 'if (approvers.includes(person))',
    replace: "if (approvers.includes(''))",
    only: 'is wanted from two different persons',
  },
  {
    ...approving,
    name: 'a settlement is approved by who wrote its bank details',
    find: 'filter(isText), ...bankAuthors];',
    replace: 'filter(isText)];',
    only: 'is no key',
  },
  {
    ...approving,
    name: 'a settlement is approved as it was before a change',
    find: 'if (planHash !== run.planHash)',
    replace: 'if (run.planHash === null)',
    only: 'is for the plan that was looked at',
  },
  {
    ...settling,
    name: 'a settlement goes to bank details that were changed after the plan',
    find: 'due.newestBankDetailId !== item.bankDetailId)',
    replace: 'due.newestBankDetailId === null)',
    only: 'block their organisation',
  },
  {
    ...payoutWords,
    name: 'a payout that never left comes back from the bank',
    find: "const wasPaid = payout.state === 'confirmed';",
    replace: "const wasPaid = payout.state !== 'planned';",
    only: 'is paid again',
  },
  {
    ...payoutWords,
    name: 'a payout that is given up keeps its month',
    find: '...(await releaseItemRiders(deps, payout, now)),',
    replace: '',
    only: 'giving up undoes',
  },
  {
    ...payoutWords,
    name: 'a payout is tried again under its old number',
    find: 'attempt_no: payout.attemptNo + 1,',
    replace: 'attempt_no: payout.attemptNo,',
    only: 'is paid again',
  },
  {
    name: 'a payout file says less than it holds',
    file: 'src/entities/settlement/payout-filing.ts',
    find: 'sum + amountMinor, 0)',
    replace: 'Math.max(sum, amountMinor), 0)',
    tests: ['test/e2e/settlement/payouts.test.ts'],
    only: 'takes every payout of its run once',
  },
  {
    name: 'a correction gives up more than is owed',
    file: 'src/activities/reconciliation/correction-posting.ts',
    find: 'correction.amountMinor > owedMinor ?',
    replace: 'correction.amountMinor < 0 ?',
    tests: ['test/e2e/reconciliation/corrections.test.ts'],
    only: 'a write-off',
  },
  {
    name: 'a settlement by hand overlooks the fee of the organisation itself',
    file: 'src/entities/organisations/fees.read.ts',
    find: 'own.get(id) ?? defaultOf(setting)',
    replace: 'defaultOf(setting)',
    tests: ['test/e2e/reconciliation/corrections.test.ts'],
    only: 'recorded by hand',
  },
  {
    name: 'a statement that shows money sent back is not heard',
    file: 'src/entities/reconciliation/bank-statements.ts',
    find: "return: { state: 'confirmed', sign: 1 }",
    replace: "return: { state: 'confirmed', sign: -1 }",
    tests: ['test/e2e/reconciliation/bank-statement.test.ts'],
    only: 'back into flight',
  },
  {
    name: 'an organisation’s key pays as its people do',
    file: 'src/api/access/policy.ts',
    find: "policy.kind === 'key' && policy.noMachines === true;",
    replace: 'policy.kind !== policy.kind;',
    tests: ['test/e2e/organisations/organisation-payment.test.ts'],
    only: 'neither pays',
  },
  {
    name: 'an organisation pays itself',
    file: 'src/api/organisations/organisation-payment-writing.ts',
    find: 'if (to.id === organisation) throw',
    replace: "if (to.id === '') throw",
    tests: ['test/e2e/organisations/organisation-payment.test.ts'],
    only: 'to itself',
  },
  {
    name: 'an organisation pays more than it has',
    file: 'src/domain/ledger.ts',
    find: "'organisation-transfer': 'never',",
    replace: "'organisation-transfer': 'allowed',",
    tests: ['test/e2e/organisations/organisation-payment.test.ts'],
    only: 'OTM-03',
  },
];
