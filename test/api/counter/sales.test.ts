import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { snapshot } from '../../workflows/scripted.ts';
import { idOf, itemsOf, startTestApi, textOf, type TestAnswer, type TestApi } from '../test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { deadlineMs: 1_500 } });
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
const sell = (body: object = {}, key: string = randomUUID()): Promise<TestAnswer> =>
  api.call('POST', '/v1/sales', { key, body: { ...coffee(), ...body } });
const command = (sale: string, name: string, body: object = {}, key: string = randomUUID()): Promise<TestAnswer> =>
  api.call('POST', `/v1/sales/${sale}/${name}`, { key, body });

describe('making a sale', () => {
  it('answers 201 with the sale and its address once the reader has acknowledged', async () => {
    const answer = await sell({ description: 'Coffee' });
    expect(answer.body).toMatchObject({
      site: api.shops.ours.site,
      reader: api.shops.ours.reader,
      organisation: api.shops.ours.organisation,
      state: 'awaiting_card',
      amount: { amount: 2500, currency: 'AUD' },
      tip: { amount: 0, currency: 'AUD' },
      captured: { amount: 0, currency: 'AUD' },
      description: 'Coffee',
      captureMode: 'manual',
      tipMode: 'none',
      attempt: 1,
      needsAttention: false,
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/sales/${idOf(answer)}`);
    const read = await api.call('GET', `/v1/sales/${idOf(answer)}`);
    expect(read.body).toEqual(answer.body);
  });

  it.each([
    ['its slug', () => api.shops.ours.slug],
    ['its identifier', () => api.shops.ours.site],
    ['its number', () => api.shops.ours.no],
    ['its number as digits', () => String(api.shops.ours.no)],
  ])('finds the site by %s', async (_, site) => {
    const answer = await sell({ site: site() });
    expect(answer.status).toBe(201);
    expect(answer.body['site']).toBe(api.shops.ours.site);
  });

  it('takes a fixed tip beside the amount, and the capture mode of the caller', async () => {
    const tip = { amount: 300, currency: 'AUD' };
    const answer = await sell({ tipMode: 'fixed', tip, captureMode: 'automatic' });
    expect(answer.body).toMatchObject({ tip, tipMode: 'fixed', captureMode: 'automatic', amount: { amount: 2500 } });
  });

  it('writes the intention and who had it before the reader is asked', async () => {
    let before: unknown;
    api.story.script.dispatchSale = async ({ saleId }) => {
      before = await api.pool.rows('SELECT what, why, state FROM sale_event WHERE sale_id = ?', [saleId]);
      return { kind: 'done', sale: await api.story.become(saleId, { state: 'awaiting_card', attempt: 1 }) };
    };
    await sell();
    expect(before).toEqual([{ what: 'created', why: 'by ours key', state: 'created' }]);
  });

  it('answers 409 with the reason and the sale when the reader is offline, and the same bytes to the same key', async () => {
    api.story.script.dispatchSale = async ({ saleId }) => ({
      kind: 'refused',
      code: 'reader_offline',
      message: 'The reader is offline.',
      sale: await api.story.become(saleId, { state: 'declined', attempt: 1, outcome: 'reader_offline' }),
    });
    const key = randomUUID();
    const answer = await sell({}, key);
    expect(answer.status).toBe(409);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      code: 'reader_offline',
      sale: { state: 'declined', outcome: 'reader_offline' },
    });
    const again = await sell({}, key);
    expect(again.text).toBe(answer.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('tells a second till which sale holds the reader', async () => {
    const first = await sell();
    api.story.script.dispatchSale = async ({ saleId }) => ({
      kind: 'refused',
      code: 'reader_in_use',
      message: 'Another sale holds the reader.',
      heldBy: idOf(first),
      sale: await api.story.become(saleId, { state: 'declined', attempt: 1, outcome: 'reader_in_use' }),
    });
    const second = await sell();
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: 'reader_in_use', heldBy: idOf(first) });
  });

  it('answers 202 and where to look while the outcome at the processor is unknown', async () => {
    api.story.script.dispatchSale = async ({ saleId }) => ({
      kind: 'unknown',
      sale: await api.story.become(saleId, { state: 'unresolved', attempt: 1 }),
    });
    const answer = await sell();
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/v1/sales/${idOf(answer)}`);
    expect(answer.body['state']).toBe('unresolved');
  });

  it('answers 202 at the deadline, and the outcome to the same key once it is known', async () => {
    const { promise: gate, resolve: release } = Promise.withResolvers<undefined>();
    api.story.script.dispatchSale = async ({ saleId }) => {
      await gate;
      return { kind: 'done', sale: await api.story.become(saleId, { state: 'awaiting_card', attempt: 1 }) };
    };
    const key = randomUUID();
    const late = await sell({}, key);
    expect(late.status).toBe(202);
    expect(late.body['state']).toBe('created');
    release(undefined);
    const known = await sell({}, key);
    expect(known.status).toBe(201);
    expect(idOf(known)).toBe(idOf(late));
    expect(known.headers.get('idempotent-replayed')).toBe('true');
    expect(api.story.calls).toHaveLength(1);
  });
});

describe('commands of staff', () => {
  const authorized = async (): Promise<string> => {
    const id = idOf(await sell());
    await api.story.become(id, { state: 'authorized', authorized_minor: 2500 });
    return id;
  };

  it('captures in part and answers with the sale as it then stands', async () => {
    const id = await authorized();
    const answer = await command(id, 'capture', { amount: { amount: 2000, currency: 'AUD' } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, state: 'posted', captured: { amount: 2000, currency: 'AUD' } });
    const request = { saleId: id, amountMinor: 2000, actor: api.shops.ours.keyId };
    expect(api.story.calls.at(-1)).toMatchObject({ name: 'takeSale', request });
  });

  it('captures all that is authorized when no amount, or no body at all, is given', async () => {
    const id = await authorized();
    const answer = await api.call('POST', `/v1/sales/${id}/capture`, { key: randomUUID() });
    expect(answer.status).toBe(200);
    expect(api.story.calls.at(-1)?.request).not.toHaveProperty('amountMinor');
  });

  it('refuses to capture more than was authorized with the code of the rule', async () => {
    const id = await authorized();
    api.story.script.takeSale = async () => ({
      kind: 'refused',
      code: 'authorization_exceeded',
      message: 'More than was authorized.',
      sale: snapshot({ state: 'authorized', authorizedMinor: 2500 }),
    });
    const answer = await command(id, 'capture', { amount: { amount: 2501, currency: 'AUD' } });
    expect(answer.status).toBe(422);
    expect(answer.body['code']).toBe('authorization_exceeded');
  });

  it('cancels with the reason of the till', async () => {
    const id = idOf(await sell());
    const answer = await command(id, 'cancel', { reason: 'customer left' });
    expect(answer.body).toMatchObject({ id, state: 'canceled' });
    expect(api.story.calls.at(-1)).toMatchObject({ name: 'cancelSale', request: { reason: 'customer left' } });
  });

  it('says truthfully that the card was faster than the cancel', async () => {
    const id = idOf(await sell());
    api.story.script.cancelSale = async ({ saleId }) => ({
      kind: 'refused',
      code: 'sale_state_conflict',
      message: 'The card was faster: the sale is captured.',
      sale: await api.story.become(saleId, { state: 'posted', captured_minor: 2500 }),
    });
    const answer = await command(id, 'cancel');
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'sale_state_conflict', sale: { state: 'posted' } });
  });

  it('retries a declined sale on the same intent, also at another reader of the site', async () => {
    const id = await declined();
    const answer = await command(id, 'retry', { reader: api.shops.ours.reader });
    expect(answer.body).toMatchObject({ id, state: 'awaiting_card', attempt: 2 });
    expect(api.story.calls.at(-1)).toMatchObject({ name: 'dispatchSale', request: { attempt: 2 } });
  });

  it('gives the same answer to the same key, and does the command once', async () => {
    const id = await authorized();
    const key = randomUUID();
    const answers = [await command(id, 'capture', {}, key), await command(id, 'capture', {}, key)];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(answers[1]?.text).toBe(answers[0]?.text);
    expect(answers[1]?.headers.get('idempotent-replayed')).toBe('true');
    expect(api.story.calls.filter((call) => call.name === 'takeSale')).toHaveLength(1);
  });

  it.each(['capture', 'cancel', 'retry', 'resolve'])(
    'refuses to %s a sale that has ended, naming its state',
    async (name) => {
      const id = idOf(await sell());
      await command(id, 'cancel');
      await api.story.become(id, { state: 'expired' });
      const before = await api.fingerprint();
      const body = name === 'resolve' ? { decision: 'look_again', reason: 'to see' } : {};
      const answer = await command(id, name, body);
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'sale_state_conflict', state: 'expired', sale: { id } });
      expect(await api.fingerprint()).toBe(before);
    },
  );

  it('answers from the row when the workflow has ended meanwhile', async () => {
    const id = idOf(await sell());
    await command(id, 'cancel');
    expect(await command(id, 'cancel')).toMatchObject({ status: 200, body: { state: 'canceled' } });
    const answer = await command(id, 'capture');
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'sale_state_conflict', state: 'canceled' });
  });

  async function declined(): Promise<string> {
    const friendly = api.story.script.dispatchSale;
    api.story.script.dispatchSale = async ({ saleId }) => ({
      kind: 'refused',
      code: 'reader_busy',
      message: 'The reader is busy.',
      sale: await api.story.become(saleId, { state: 'declined', attempt: 1, outcome: 'reader_busy' }),
    });
    const refused = await sell();
    if (friendly !== undefined) api.story.script.dispatchSale = friendly;
    return textOf(refused.body['sale']?.['id']);
  }
});

describe('a decision of a person', () => {
  it('is written down with who, why and what stood there before, and then sent to the sale', async () => {
    const id = idOf(await sell());
    await api.story.become(id, { state: 'unresolved', attention_reason: 'nobody knows' });
    api.story.script.advanceSale = async ({ saleId }) =>
      api.story.become(saleId, { state: 'authorized', attention_reason: null });
    const answer = await command(id, 'resolve', { decision: 'look_again', reason: 'the till saw a receipt' });
    expect(answer.body).toMatchObject({ state: 'authorized', needsAttention: false });
    const acts = await api.pool.rows(
      'SELECT actor, action, before_values, after_values, reason FROM audit_event WHERE target = ?',
      [id],
    );
    expect(acts).toEqual([
      {
        actor: api.shops.ours.keyId,
        action: 'sale.resolve',
        before_values: '{"state":"unresolved","attentionReason":"nobody knows"}',
        after_values: '{"decision":"look_again"}',
        reason: 'the till saw a receipt',
      },
    ]);
  });
});

describe('reading sales', () => {
  it('lists the newest first, in pages that lose and repeat nothing', async () => {
    const made = [idOf(await sell()), idOf(await sell()), idOf(await sell())].reverse();
    const first = await api.call('GET', '/v1/sales?limit=2');
    expect(itemsOf(first).map((sale) => sale['id'])).toEqual(made.slice(0, 2));
    const cursor = textOf(first.body['next_cursor']);
    const second = await api.call('GET', `/v1/sales?limit=1&cursor=${cursor}`);
    expect(itemsOf(second).map((sale) => sale['id'])).toEqual(made.slice(2));
  });

  it('filters by site, reader, state, attention and time of creation', async () => {
    const id = idOf(await sell());
    await api.story.become(id, { state: 'unresolved', attention_reason: 'nobody knows' });
    const { createdAt } = (await api.call('GET', `/v1/sales/${id}`)).body as unknown as { createdAt: string };
    const next = new Date(Date.parse(createdAt) + 1).toISOString();
    const { site, reader } = api.shops.ours;
    const query = `site=${site}&reader=${reader}&state=unresolved&needsAttention=true&from=${createdAt}&to=${next}`;
    const found = itemsOf(await api.call('GET', `/v1/sales?${query}`));
    expect(found.map((sale) => sale['id'])).toEqual([id]);
    expect(itemsOf(await api.call('GET', `/v1/sales?needsAttention=false&state=unresolved&from=${createdAt}`))).toEqual(
      [],
    );
    expect(itemsOf(await api.call('GET', `/v1/sales?from=${next}`))).toEqual([]);
  });

  it('tells what happened to a sale, when and why', async () => {
    const id = idOf(await sell());
    const timeline = itemsOf(await api.call('GET', `/v1/sales/${id}/timeline`));
    expect(timeline).toMatchObject([
      { what: 'created', why: 'by ours key', state: 'created' },
      { what: 'awaiting_card', state: 'awaiting_card' },
    ]);
  });
});
