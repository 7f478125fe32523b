import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShop, type Shop } from './shop.ts';
import type { ContractCall } from './support-contract-call.ts';
import { membersDay } from './support-contract-members.ts';
import { captured, contractCalls, declined, intentFor } from './support-contract.ts';
import { answerSchema, missingKeys, operationsOf, requiredParams, violations } from './support-open-api.ts';
import { mockedVersion, startStripeMock, type StripeMock } from './support-stripe-mock.ts';

let mock: StripeMock;
let shop: Shop;

beforeAll(async () => {
  mock = await startStripeMock();
  shop = await openShop();
});
afterAll(async () => {
  await Promise.all([mock.stop(), shop.stop()]);
});

const lastWord = (operation: string): string => operation.split('/').at(-1) ?? '';

type Params = Record<string, string>;
interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** The same request, word for word, to either server. */
async function ask(server: string, operation: string, { ids = [], params = {} }: { ids?: string[]; params?: Params }) {
  const [method = '', template = ''] = operation.split(' ');
  const left = [...ids];
  const path = template.replace(/\{\w+\}/g, () => left.shift() ?? 'none');
  const form = new URLSearchParams(params).toString();
  const response = await fetch(`${server}${path}${method === 'GET' && form !== '' ? `?${form}` : ''}`, {
    method,
    headers: {
      authorization: 'Bearer sk_test_demo',
      'stripe-version': mockedVersion,
      'content-type': 'application/x-www-form-urlencoded',
    },
    ...(method === 'POST' ? { body: form } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> } satisfies Answer;
}

async function askBoth(call: ContractCall) {
  const request = await call.prepare(shop);
  const theirs = await ask(mock.url, call.operation, request);
  const ours = await ask(shop.simulator.url, call.operation, request);
  return { ours, theirs, request };
}

const granted = contractCalls.filter(({ refusedWith }) => refusedWith === undefined);
const refused = contractCalls.filter(({ refusedWith }) => refusedWith !== undefined);

describe('the simulator answers as stripe-mock does', () => {
  it.each(granted)('$operation: same object, no key missing, none unknown, same enumerations', async (call) => {
    const { ours, theirs } = await askBoth(call);
    expect({ theirs: theirs.status, ours: ours.status, error: ours.body['error'] ?? theirs.body['error'] }).toEqual({
      theirs: 200,
      ours: 200,
      error: undefined,
    });
    expect(ours.body['object']).toBe(theirs.body['object']);
    expect(violations(mock.openApi, answerSchema(mock.openApi, call.operation), ours.body)).toEqual([]);
    expect(missingKeys(theirs.body, ours.body)).toEqual([]);
  });

  it.each(refused)('$operation: refuses in the form of an error', async (call) => {
    const { ours, theirs } = await askBoth(call);
    expect(theirs.status).toBe(200);
    expect(ours.status).toBe(call.refusedWith);
    expect(violations(mock.openApi, mock.openApi.components.schemas['error']!, ours.body)).toEqual([]);
  });

  it('at every operation that both serve', async () => {
    const served = await Promise.all(
      operationsOf(mock.openApi).map(async (operation) => {
        const { status, body } = await ask(shop.simulator.url, operation, {});
        const { message = '' } = (body['error'] ?? {}) as { message?: string };
        // The last word of a path may have been taken for an id: then it is no operation of its own.
        const isUnknown =
          message.startsWith('Unrecognized request URL') || message.includes(`'${lastWord(operation)}'`);
        return status === 404 && isUnknown ? [] : [operation];
      }),
    );
    expect(contractCalls.map(({ operation }) => operation).sort()).toEqual(served.flat().sort());
  });
});

describe('the simulator refuses what stripe-mock refuses', () => {
  const writes = contractCalls.filter(({ operation }) => operation.startsWith('POST'));

  it.each(writes)('$operation with a parameter that does not exist', async (call) => {
    const { ids = [], params } = await call.prepare(shop);
    const request = { ids, params: { ...params, no_such_parameter: '1' } };
    expect((await ask(mock.url, call.operation, request)).status).toBe(400);
    const ours = await ask(shop.simulator.url, call.operation, request);
    expect(ours).toMatchObject({ status: 400, body: { error: { code: 'parameter_unknown' } } });
  });

  it.each(writes)('$operation without what it requires', async (call) => {
    const { ids = [], params = {} } = await call.prepare(shop);
    for (const required of requiredParams(mock.openApi, call.operation)) {
      const rest = Object.fromEntries(Object.entries(params).filter(([name]) => name.split('[')[0] !== required));
      expect((await ask(mock.url, call.operation, { ids, params: rest })).status).toBe(400);
      const ours = await ask(shop.simulator.url, call.operation, { ids, params: rest });
      expect(ours).toMatchObject({ status: 400, body: { error: { code: 'parameter_missing', param: required } } });
    }
  });
});

describe('everything the simulator tells by itself', () => {
  it('events of a day at the till and online are of known types, about objects of known shapes', async () => {
    const { id } = await captured(shop);
    await declined(shop);
    const refund = await shop.stripe.refunds.create({ payment_intent: id });
    await shop.control('POST', `/_control/refunds/${refund.id}/fail`);
    const open = await intentFor(shop);
    await shop.stripe.paymentIntents.cancel(open.id);
    await membersDay(shop);
    const events = await shop.stripe.events
      .list({ limit: 100 }, { apiVersion: mockedVersion })
      .autoPagingToArray({ limit: 1000 });

    const types = [...new Set(events.map(({ type }) => type))];
    expect(types.length).toBeGreaterThanOrEqual(12);
    const subscription = Object.fromEntries(types.map((type, index) => [`enabled_events[${index}]`, type]));
    const request = { params: { url: 'http://127.0.0.1:9/hook', ...subscription } };
    expect(await ask(mock.url, 'POST /v1/webhook_endpoints', request)).toMatchObject({ status: 200 });

    const { schemas } = mock.openApi.components;
    const wrong = events.flatMap(({ type, data: { object } }) =>
      violations(mock.openApi, schemas[(object as { object: string }).object]!, object, type),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });

  it.each([
    ['an unknown id', 'GET /v1/payment_intents/{intent}', { ids: ['pi_none'] }, 404],
    ['a missing parameter', 'POST /v1/payment_intents', { params: { amount: '100' } }, 400],
    ['an unknown parameter', 'POST /v1/payment_intents', { params: { colour: 'red' } }, 400],
    ['an amount that is too small', 'POST /v1/payment_intents', { params: { amount: '1', currency: 'aud' } }, 400],
    ['an unknown reader code', 'POST /v1/terminal/readers', { params: { registration_code: 'a-b-c' } }, 400],
  ])('errors have the known form: %s', async (_why, operation, request, status) => {
    const answer = await ask(shop.simulator.url, operation, request);
    expect(answer.status).toBe(status);
    expect(violations(mock.openApi, mock.openApi.components.schemas['error']!, answer.body)).toEqual([]);
  });
});
