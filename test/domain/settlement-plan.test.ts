import { describe, expect, it } from '@jest/globals';
import {
  canonicalPlan,
  coveredMinor,
  planSettlement,
  type SettlementPlanItem,
  type SettlementSource,
} from '../../src/domain/settlement/settlement-plan.ts';
import { planWith } from '../../src/domain/settlement/settlement-decision.ts';

const rules = { feeTaxes: { AUD: { label: 'GST', rateBp: 1_000 } }, minimums: { AUD: 1_000 } };

/** SET-02: 1000.00 of which 200.00 stay, at 5 %. */
const source = (more: Partial<SettlementSource> = {}): SettlementSource => ({
  ...{ organisationId: 'org_1', currency: 'AUD', isClosed: false, ledgerSeq: 7, balanceMinor: 100_000 },
  ...{ floatMinor: 20_000, feeBp: 500, feeVersion: 'setting:fee_1', method: 'bank', hasConnectedAccount: false },
  ...{ bankDetailId: 'bnk_1', claimedBy: null, ...more },
});
const planOf = (more: Partial<SettlementSource> = {}) => planSettlement([source(more)], rules);
const itemOf = (more: Partial<SettlementSource> = {}): SettlementPlanItem => {
  const [item] = planOf(more).items;
  if (item === undefined) throw new Error('Nobody is settled.');
  return item;
};

describe('what is planned for an organisation', () => {
  it('is what stands above its float, and of a closed one all there is', () => {
    expect(itemOf()).toMatchObject({ state: 'planned', floatMinor: 20_000, settledMinor: 80_000, payoutMinor: 76_000 });
    expect(itemOf({ isClosed: true })).toMatchObject({ floatMinor: 0, settledMinor: 100_000, payoutMinor: 95_000 });
  });

  it('is nothing where another run has claimed it, or its payout is below the minimum', () => {
    expect(planOf({ claimedBy: 'run_1' })).toMatchObject({
      items: [],
      leftOut: [{ reason: 'claimed_by_another_run' }],
    });
    expect(planOf({ balanceMinor: 21_051 })).toMatchObject({ items: [], leftOut: [{ reason: 'below_minimum' }] });
    expect(planOf({ balanceMinor: 21_053 }).leftOut).toEqual([]);
    expect(planOf({ balanceMinor: 100, isClosed: true }).leftOut).toEqual([]);
  });

  it('waits where there is nowhere to pay to', () => {
    expect(itemOf({ bankDetailId: null })).toMatchObject({ state: 'blocked', outcome: 'no_bank_details' });
    expect(itemOf({ method: 'transfer' })).toMatchObject({ state: 'blocked', outcome: 'no_connected_account' });
  });
});

describe('what is settled of who has less by now', () => {
  const cover = { settledMinor: 80_000, floatMinor: 20_000, capsShort: false };

  it('is all that was approved while the float stays, else nothing, or the rest where the run may cap', () => {
    expect(coveredMinor({ ...cover, availableMinor: 100_000 })).toBe(80_000);
    expect(coveredMinor({ ...cover, availableMinor: 99_999 })).toBeNull();
    expect(coveredMinor({ ...cover, availableMinor: 99_999, capsShort: true })).toBe(79_999);
    expect(coveredMinor({ ...cover, availableMinor: 20_000, capsShort: true })).toBeNull();
  });
});

describe('an amount that a person sets', () => {
  const set = (amountMinor: number) => {
    const decision = {
      kind: 'override',
      organisationId: 'org_1',
      currency: null,
      amountMinor,
      reason: 'Agreed',
    } as const;
    return planWith([itemOf()], { decision, by: 'person:clerk', taxBp: () => 1_000 });
  };

  it('goes up to what is above the float, and not a cent further', () => {
    expect(set(80_000)).toMatchObject({ item: { settledMinor: 80_000, overrideBy: 'person:clerk' } });
    expect(set(80_001)).toMatchObject({ code: 'override_out_of_bounds' });
    expect(set(-1)).toMatchObject({ code: 'override_out_of_bounds' });
  });
});

describe('an organisation that is taken in again', () => {
  const decide = (item: SettlementPlanItem, kind: 'hold_back' | 'release' | 'nothing') => {
    const whom = { organisationId: 'org_1', currency: null, reason: 'Why' };
    const decision =
      kind === 'nothing' ? ({ ...whom, kind: 'override', amountMinor: 0 } as const) : ({ ...whom, kind } as const);
    const change = planWith([item], { decision, by: 'person:clerk', taxBp: () => 1_000 });
    if ('code' in change) throw new Error(change.code);
    return change.item;
  };

  it('stands as it stood before it was held back, to the last figure', () => {
    const agreed = {
      overrideMinor: 30_000,
      overrideBy: 'person:clerk',
      overrideReason: 'Agreed',
      settledMinor: 30_000,
    };
    const stood = [
      itemOf(),
      itemOf({ bankDetailId: null }),
      itemOf({ method: 'transfer' }),
      { ...itemOf(), ...agreed },
    ];
    for (const item of stood) {
      expect(decide(item, 'hold_back')).toMatchObject({ state: 'held_back' });
      expect(decide(decide(item, 'hold_back'), 'release')).toEqual(item);
    }
  });

  it('is settled whole where an amount of nothing had held it back', () => {
    expect(decide(itemOf(), 'nothing')).toMatchObject({ state: 'held_back', settledMinor: 0, payoutMinor: 0 });
    expect(decide(decide(itemOf(), 'nothing'), 'release')).toEqual(itemOf());
  });

  it('must be held back', () => {
    expect(() => decide(itemOf(), 'release')).toThrow('not_held_back');
    expect(() => decide(itemOf({ bankDetailId: null }), 'release')).toThrow('not_held_back');
  });
});

describe('what an approval is bound to', () => {
  const head = { zone: 'UTC', period: '2026-10', referenceAt: '2026-11-01T00:00:00Z', capsShort: false, revision: 0 };

  it('is every figure of every organisation, and where it is paid to', () => {
    const item = itemOf();
    const plan = canonicalPlan(head, [item]);
    for (const [name, value] of Object.entries(item)) {
      const changed = { ...item, [name]: typeof value === 'number' ? value + 1 : `${String(value)}, changed` };
      expect([name, canonicalPlan(head, [changed]) === plan]).toEqual([name, false]);
    }
    expect(canonicalPlan({ ...head, capsShort: true }, [item])).not.toBe(plan);
    expect(canonicalPlan({ ...head, revision: 1 }, [item])).not.toBe(plan);
  });
});
