import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { organisationId } from '../../../src/domain/ids.ts';
import { refundRules } from '../../../src/domain/payments/refund.ts';
import { effectiveFee, refundRulesReader } from '../../../src/entities/organisations/fees.read.ts';
import { seedKey } from '../shops.ts';
import { itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
let finance: string;
let viewer: string;
beforeAll(async () => {
  api = await startTestApi();
  const platform = { organisationId: null, siteId: null };
  finance = await seedKey(api.orm, platform, ['payments.global.edit']);
  viewer = await seedKey(api.orm, platform, ['payments.global.view']);
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.pool.run('DELETE FROM fee_setting', []);
  await api.pool.run('DELETE FROM fee_override', []);
});

const ask = (method: string, path: string, body?: object, as = finance): Promise<TestAnswer> =>
  api.call(method, path, { as, ...(body === undefined ? {} : { body }) });

/** Cobalt's own test data (cobalt.md 1.5). */
const usual = {
  defaultFeePercent: '3',
  cardCost: '0.30',
  cardPercent: '1.35',
  refundFeePercent: '3',
  refundWeeks: 12,
};
const setFees = (more: object = {}) => ask('PUT', '/v1/fees', { ...usual, ...more });
const override = (feePercent: string, organisation = api.shops.ours.organisation) =>
  ask('POST', '/v1/fees/overrides', { organisation, feePercent });
const feeOf = (organisation = api.shops.ours.organisation, as = api.shops.ours.key) =>
  ask('GET', `/v1/organisations/${organisation}/fee`, undefined, as);
const told = ({ status, body }: TestAnswer) => `${status} ${textOf(body['code'] ?? body['feePercent'])}`;

describe('the fees of the deployment', () => {
  it('[C59] are saved as a new active row, and the old one is active no more', async () => {
    await setFees();
    const { status, body } = await setFees({ defaultFeePercent: '4' });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        active: true,
        defaultFeePercent: '4.00',
        cardCost: '0.3000',
        cardPercent: '1.3500',
        refundFeePercent: '3.00',
        refundWeeks: 12,
      }),
    ]);
    expect((await ask('GET', '/v1/fees')).body['id']).toBe(body['id']);
    const rows = itemsOf(await ask('GET', '/v1/fees/history')).map((row) => row['active']);
    expect(rows).toEqual([true, false]);
  });

  it('[C05] are listed newest first with who saved them: 3 then 4 are two lines, and the first is active', async () => {
    await setFees();
    await setFees({ defaultFeePercent: '4' });
    const rows = itemsOf(await ask('GET', '/v1/fees/history', undefined, viewer));
    expect(rows.map((row) => [row['active'], row['defaultFeePercent']])).toEqual([
      [true, '4.00'],
      [false, '3.00'],
    ]);
    expect(rows.map((row) => row['modifiedBy'])).toEqual([expect.stringMatching(/^key_/), expect.anything()]);
  });

  it('[W-50] are refused outside of their bounds with an own code, and nothing is saved', async () => {
    const answers = [
      await setFees({ defaultFeePercent: '100.01' }),
      await setFees({ defaultFeePercent: '-0.01' }),
      await setFees({ refundFeePercent: '100' }),
      await setFees({ refundWeeks: 0 }),
      await setFees({ cardCost: '-1' }),
      await setFees({ cardPercent: '100.0001' }),
      await override('100.01'),
      await override('-1'),
      await setFees({ defaultFeePercent: 3 }),
      await setFees({ defaultFeePercent: '3.001' }),
    ];
    expect(answers.map(told)).toEqual([
      ...Array.from({ length: 8 }, () => '422 fee_out_of_range'),
      '422 invalid_request',
      '422 invalid_request',
    ]);
    expect(itemsOf(await ask('GET', '/v1/fees/history'))).toEqual([]);
    expect([(await setFees({ defaultFeePercent: '100' })).status, (await override('0')).status]).toEqual([200, 201]);
  });

  it('are only for who edits the money of all', async () => {
    const saved = await ask('PUT', '/v1/fees', usual, viewer);
    const ours = await ask('GET', '/v1/fees', undefined, api.shops.ours.key);
    expect([told(saved), told(ours)]).toEqual(['403 forbidden', '403 forbidden']);
  });
});

describe('the fee of an organisation', () => {
  it('[C33] is the default as text, and its override where it has one', async () => {
    await setFees();
    expect((await feeOf()).body).toMatchObject({ feePercent: '3.00', source: 'default' });
    await override('2.5');
    expect((await feeOf()).body).toMatchObject({ feePercent: '2.50', source: 'override' });
  });

  it('[C06] is in the list of overrides while there is one', async () => {
    expect(itemsOf(await ask('GET', '/v1/fees/overrides', undefined, viewer))).toEqual([]);
    await override('2.50');
    const rows = itemsOf(await ask('GET', '/v1/fees/overrides', undefined, viewer));
    expect(rows).toEqual([expect.objectContaining({ organisation: api.shops.ours.organisation, feePercent: '2.50' })]);
  });

  it('[C07] becomes its override, of which a second one is refused', async () => {
    await setFees();
    expect((await override('2.50')).status).toBe(201);
    expect(told(await override('2.00'))).toBe('409 override_exists');
    expect((await feeOf()).body['feePercent']).toBe('2.50');
  });

  it('[C60] is the default again when its override is deleted, which the audit remembers', async () => {
    await setFees();
    await override('2.50');
    expect((await ask('DELETE', `/v1/fees/overrides/${api.shops.ours.organisation}`)).status).toBe(200);
    expect((await feeOf()).body['feePercent']).toBe('3.00');
    const acts = await api.pool.rows(
      "SELECT action FROM audit_event WHERE target = ? AND action LIKE 'fees.override%' ORDER BY no DESC LIMIT 2",
      [api.shops.ours.organisation],
    );
    expect(acts.map(({ action }) => action)).toEqual(['fees.override_removed', 'fees.override']);
    expect(told(await ask('DELETE', `/v1/fees/overrides/${api.shops.ours.organisation}`))).toBe('404 not_found');
  });

  it('[W-48] is asked for without an identifier, with a bad one or a foreign one: a refusal, never a crash', async () => {
    await setFees();
    const answers = [
      await ask('GET', '/v1/organisations//fee'),
      await feeOf('17'),
      await feeOf('org_x'),
      await feeOf("org_01KAJ0000000000000000000AA' OR 1=1"),
      await feeOf(api.shops.theirs.organisation),
      await ask('GET', '/v1/fees/history?limit=ten'),
      await ask('GET', '/v1/fees/overrides?cursor=1'),
      await ask('POST', '/v1/organisations/17/fee'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 422, 422, 405]);
  });

  it('is refused clearly while nothing is set', async () => {
    expect(told(await feeOf())).toBe('409 fees_not_set');
    expect(told(await ask('GET', '/v1/fees'))).toBe('409 fees_not_set');
    await expect(effectiveFee(api, [organisationId(api.shops.ours.organisation)])).rejects.toThrow(/No fees are set/);
  });

  it('is read for many at once, each with the version of its rule, which an override made anew changes', async () => {
    const [ours, theirs] = [organisationId(api.shops.ours.organisation), organisationId(api.shops.theirs.organisation)];
    const { body: setting } = await setFees();
    await override('2.50');
    const first = await effectiveFee(api, [ours, theirs]);
    expect(first.get(theirs)).toEqual({ feeBp: 300, feeVersion: setting['id'], source: 'default' });
    expect(first.get(ours)).toMatchObject({ feeBp: 250, source: 'override' });
    expect(first.get(ours)?.feeVersion).toMatch(new RegExp(`^override-${ours}-\\d{8}T\\d{9}Z$`));
    expect(first.get(ours)?.feeVersion.length).toBeLessThanOrEqual(60);
    await ask('DELETE', `/v1/fees/overrides/${ours}`);
    await override('2.50');
    expect((await effectiveFee(api, [ours])).get(ours)?.feeVersion).not.toBe(first.get(ours)?.feeVersion);
  });
});

describe('refunds', () => {
  it('go by the newest setting of fees, and by configuration until there is one', async () => {
    const read = refundRulesReader(api.pool, refundRules);
    expect(await read()).toEqual({ feeRate: 300, ageLimitWeeks: 12 });
    await setFees({ refundFeePercent: '1.25', refundWeeks: 4 });
    expect(await read()).toEqual({ feeRate: 125, ageLimitWeeks: 4 });
  });
});
