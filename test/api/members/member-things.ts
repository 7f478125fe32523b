import { randomUUID } from 'node:crypto';
import {
  cardTransactionId,
  memberId,
  paymentId,
  processorAccountId,
  refundId,
  topUpId,
} from '../../../src/domain/ids.ts';
import { CardTransaction } from '../../../src/entities/cards/card-transaction.entity.ts';
import { commitRiders } from '../../../src/entities/commit-riders.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { noticeRider } from '../../../src/entities/members/notice-rows.ts';
import { unitOfWork } from '../../../src/entities/orm.ts';
import { Payment } from '../../../src/entities/payments/payment.entity.ts';
import { Refund } from '../../../src/entities/payments/refund.entity.ts';
import { TopUp } from '../../../src/entities/cards/top-up.entity.ts';
import { idOf, itemsOf, textOf, type TestApi } from '../test-api.ts';

/** A member with one of everything that a member can own, by the noun of its address; all of it is over. */
export interface MemberThings {
  readonly members: string;
  readonly payments: string;
  readonly 'top-ups': string;
  readonly refunds: string;
  readonly ious: string;
  readonly notices: string;
}

/** Registers a member, who owes 25.00, and brought 50.00 by card. */
export async function memberThings(api: TestApi): Promise<MemberThings> {
  const as = api.shops.platformKey;
  const body = { externalRef: randomUUID(), firstName: 'Betty', lastName: 'Bunting', currency: 'AUD' };
  const registered = await api.call('POST', '/v1/members', { as, body });
  const member = idOf(registered);
  const debt = {
    externalRef: randomUUID(),
    memberNo: registered.body['no'],
    amount: { amount: 2_500, currency: 'AUD' },
  };
  const ious = idOf(await api.call('POST', '/v1/ious', { as: api.shops.ours.key, body: debt }));
  return { members: member, ious, notices: await toldTo(api, member), ...(await cardMoneyOf(api, member)) };
}

async function toldTo(api: TestApi, member: string): Promise<string> {
  const word = { kind: 'auto_top_up_succeeded', dedupeKey: newId('notice'), inApp: true } as const;
  const facts = { amountMinor: 5_000, currency: 'AUD' };
  await commitRiders(api.pool, [noticeRider({ ...word, memberId: memberId(member), facts }, new Date())]);
  const listed = await api.call('GET', `/v1/members/${member}/notices`, { as: api.shops.platformKey });
  return textOf(itemsOf(listed)[0]?.['id']);
}

async function cardMoneyOf(api: TestApi, member: string) {
  const em = unitOfWork(api.orm);
  const now = { createdAt: new Date(), updatedAt: new Date() };
  const of = { memberId: memberId(member), currency: 'AUD', amountMinor: 5_000, ...now };
  const processorAccount = processorAccountId(api.shops.account);
  const [payment, topUp] = [paymentId(newId('payment')), topUpId(newId('topUp'))];
  const [card, refund] = [cardTransactionId(newId('cardTransaction')), refundId(newId('refund'))];
  const paid = { payeeKind: 'organisation', payeeId: api.shops.ours.organisation, mode: 'interactive' } as const;
  em.create(Payment, {
    id: payment,
    ...of,
    ...paid,
    description: 'Entry',
    type: 'Miscellaneous',
    state: 'paid',
    actor: 'test',
  });
  const charged = { processorAccountId: processorAccount, paymentRef: `pi_${card}` };
  em.create(TopUp, { id: topUp, ...of, ...charged, cardTransactionId: card, kind: 'manual', state: 'succeeded' });
  const owner = { ownerKind: 'top_up', ownerId: topUp, capturedMinor: 5_000, state: 'captured' } as const;
  em.create(CardTransaction, { id: card, ...charged, ...owner, currency: 'AUD', createdAt: new Date() });
  const asked = { requestedBy: 'member', description: 'Card refund', feeMinor: 0, taxMinor: 0, actor: 'test' } as const;
  const back = { ...of, ...asked, topUpId: topUp, cardTransactionId: card, processorAccountId: processorAccount };
  em.create(Refund, { id: refund, ...back, amountMinor: 1_000, state: 'succeeded' });
  await em.flush();
  return { payments: payment, 'top-ups': topUp, refunds: refund };
}
