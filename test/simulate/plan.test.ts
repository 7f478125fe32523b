import { describe, expect, it } from '@jest/globals';
import { memberStoryCount } from './plan-member.ts';
import { affairCount } from './plan-affairs.ts';
import { monthEndStoryCount } from './plan-month-end.ts';
import { planBytes, planHash, planOf } from './plan.ts';

describe('the plan of a seed', () => {
  it('[F40] is the same bytes for the same seed, and others for another', () => {
    const seeds = Array.from({ length: 100 }, (_, index) => index + 1);
    const hashes = seeds.map((seed) => planHash(planOf(seed, 20)));
    expect(seeds.map((seed) => planHash(planOf(seed, 20)))).toEqual(hashes);
    expect(planBytes(planOf(7, 20))).toBe(planBytes(planOf(7, 20)));
    expect(new Set(hashes).size).toBe(100);
  });

  it('is written down whole: what is read back is the plan', () => {
    const plan = planOf(11, 20);
    expect(JSON.parse(planBytes(plan))).toEqual(plan);
  });

  it('has all its sales, each once, and every kind of story, fault and deviation within a hundred seeds', () => {
    const plans = Array.from({ length: 100 }, (_, index) => planOf(index, 20));
    for (const { tills } of plans) {
      const numbers = tills.flatMap(({ sales }) => sales.map(({ no }) => no));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    }
    const stories = plans.flatMap(({ tills }) => tills.flatMap(({ sales }) => sales.map(({ story }) => story)));
    expect(new Set(stories).size).toBe(19);
    expect(new Set(plans.flatMap(({ members }) => members.map(({ story }) => story))).size).toBe(memberStoryCount);
    const monthEnds = plans.flatMap(({ monthEnd }) => monthEnd ?? []);
    expect(new Set(monthEnds.map(({ story }) => story)).size).toBe(monthEndStoryCount);
    expect(new Set(monthEnds.flatMap(({ affairs }) => affairs.map(({ step }) => step.do))).size).toBe(affairCount);
    expect(new Set(plans.flatMap(({ weather }) => weather.faults.map(({ preset }) => preset))).size).toBe(8);
    expect(new Set(plans.flatMap(({ weather }) => weather.webhooks.map(({ effect }) => effect))).size).toBe(12);
  });
});
