import { describe, expect, it } from '@jest/globals';
import { readNews } from '../../src/domain/events/provider-news.ts';

const sale = 'sal_01KAJ0000000000000000000AA';

function payload(object: object, change: object = {}): string {
  return JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', data: { object }, ...change });
}

function reader(action: object): string {
  return payload({ id: 'tmr_1', object: 'terminal.reader', action }, { type: 'terminal.reader.action_failed' });
}

describe('what is read of an event', () => {
  it('is the sale that we named, and the request that caused it', () => {
    const object = { id: 'pi_1', object: 'payment_intent', metadata: { sale_id: sale } };
    const request = { id: 'req_1', idempotency_key: `sale-${sale}-capture-2500` };
    expect(readNews(payload(object, { request }))).toEqual({
      type: 'payment_intent.succeeded',
      saleHint: sale,
      memberHint: null,
      topUpHint: null,
      payoutHint: null,
      refundHint: null,
      refundStatus: null,
      objectRefs: ['pi_1'],
      requestKey: `sale-${sale}-capture-2500`,
      isReaderDecline: false,
      hasBalanceLine: false,
    });
  });

  it('is no sale where another system on the account uses the same word', () => {
    expect(readNews(payload({ id: 'pi_1', metadata: { sale_id: '4711' } })).saleHint).toBeNull();
  });

  it.each<[string, object, string[]]>([
    ['a charge', { id: 'ch_1', payment_intent: 'pi_1' }, ['ch_1', 'pi_1']],
    ['a refund', { id: 're_1', payment_intent: 'pi_1', charge: 'ch_1' }, ['re_1', 'pi_1', 'ch_1']],
    ['an expanded payment', { id: 'ch_1', payment_intent: { id: 'pi_1' } }, ['ch_1', 'pi_1']],
    ['a reader', { id: 'tmr_1', action: { process_payment_intent: { payment_intent: 'pi_1' } } }, ['tmr_1', 'pi_1']],
    [
      'a collecting reader',
      { id: 'tmr_1', action: { collect_payment_method: { payment_intent: 'pi_2' } } },
      ['tmr_1', 'pi_2'],
    ],
    ['a reader at rest', { id: 'tmr_1', action: null }, ['tmr_1']],
    ['an object without a name', {}, []],
  ])('is what %s refers to', (_case, object, refs) => {
    expect(readNews(payload(object)).objectRefs).toEqual(refs);
  });

  it.each<[string, object, boolean]>([
    ['a declined card', { failure_code: 'card_declined' }, true],
    ['too little money', { failure_code: 'insufficient_funds' }, true],
    ['a wrong PIN', { failure_code: 'incorrect_pin' }, true],
    [
      'an error of the card with its charge',
      { failure_code: 'something_new', api_error: { type: 'card_error', charge: 'ch_1' } },
      true,
    ],
    ['a customer who canceled', { failure_code: 'customer_canceled', api_error: null }, false],
    ['a lost connection', { failure_code: 'connection_error' }, false],
    ['a time-out', { failure_code: 'timeout' }, false],
    ['a code that we never saw', { failure_code: 'something_new' }, false],
    ['no code at all', { failure_code: null }, false],
  ])('is whether %s is told by the payment too', (_case, action, expected) => {
    expect(readNews(reader(action)).isReaderDecline).toBe(expected);
  });

  it('is whether a charge has its fee', () => {
    const charge = { id: 'ch_1', object: 'charge' };
    expect(readNews(payload({ ...charge, balance_transaction: 'txn_1' })).hasBalanceLine).toBe(true);
    expect(readNews(payload({ ...charge, balance_transaction: null })).hasBalanceLine).toBe(false);
  });

  it('is the refund that we named, and how the processor has it', () => {
    const refund = 'rfd_01KAJ0000000000000000000AA';
    const object = { id: 're_1', object: 'refund', status: 'pending', metadata: { refund_id: refund } };
    expect(readNews(payload(object))).toMatchObject({ refundHint: refund, refundStatus: 'pending' });
    expect(readNews(payload({ id: 're_2', object: 'refund', status: 'failed' }))).toMatchObject({
      refundHint: null,
      refundStatus: 'failed',
    });
  });
});
