import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { idOf, startTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.story.reset();
});

const coffee = () => ({
  site: api.shops.ours.slug,
  reader: api.shops.ours.reader,
  amount: { amount: 2500, currency: 'AUD' },
});

describe('POST /v1/sales', () => {
  it('answers 201 with the sale and its address once the reader has acknowledged', async () => {
    const answer = await api.call('POST', '/v1/sales', {
      key: randomUUID(),
      body: { ...coffee(), description: 'Coffee' },
    });
    expect(answer.body).toMatchObject({
      site: api.shops.ours.site,
      reader: api.shops.ours.reader,
      organisation: api.shops.ours.organisation,
      state: 'awaiting_card',
      amount: { amount: 2500, currency: 'AUD' },
      captured: { amount: 0, currency: 'AUD' },
      description: 'Coffee',
      captureMode: 'manual',
      tipMode: 'none',
      attempt: 1,
      needsAttention: false,
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/sales/${idOf(answer)}`);
    const read = await api.call('GET', answer.headers.get('location')!);
    expect(read.body).toEqual(answer.body);
  });

  it('makes one sale of 50 requests at once with the same key, and says the same to all', async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.call('POST', '/v1/sales', { key, body: coffee() })),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 201));
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(api.story.calls).toHaveLength(1);
  });
});
