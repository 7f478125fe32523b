import { memberAccount } from '../../src/domain/ledger-account.ts';
import { memberId, type MemberId } from '../../src/domain/ids.ts';
import { money } from '../../src/domain/money.ts';
import { AutoTopUp } from '../../src/entities/cards/auto-top-up.entity.ts';
import { Member } from '../../src/entities/members/member.entity.ts';
import { newId } from '../../src/entities/new-id.ts';
import { createOrm, unitOfWork, type Orm } from '../../src/entities/orm.ts';
import { ProcessorAccount } from '../../src/entities/processor-account.entity.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import { openingBalance } from '../../src/ledger/postings/correction.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import type { BenchSystem } from './system.ts';

/** Members of a bench: people with a balance and, where asked for, a saved card. */
export interface MemberWish {
  readonly count: number;
  /** AUD cents. */
  readonly balanceMinor: number;
  /** One automatic top-up, in AUD cents; without it there is no card. */
  readonly autoMinor?: number;
}

const rowsAtOnce = 500;
const postingsAtOnce = 250;
const cardsAtOnce = 16;

/** Puts members into the tables, money into the book and cards to the simulator; answers the members' ids. */
export async function addMembers(system: BenchSystem, wish: MemberWish): Promise<readonly MemberId[]> {
  const ids = Array.from({ length: wish.count }, () => memberId(newId('member')));
  const orm = await createOrm(system.database.url, 2);
  for (const some of inParts(ids, rowsAtOnce)) await writeMembers(orm, some);
  if (wish.autoMinor !== undefined) await saveCards(system, { orm, ids, autoMinor: wish.autoMinor });
  await orm.close();
  await openBalances(system, { ids, balanceMinor: wish.balanceMinor });
  return ids;
}

async function writeMembers(orm: Orm, ids: readonly MemberId[]): Promise<void> {
  const em = unitOfWork(orm);
  const common = {
    firstName: 'Betty',
    lastName: 'Bunting',
    currency: 'AUD',
    status: 'active',
    isSystem: false,
  } as const;
  // Nobody is told anything: letters would be work that the other side does not have.
  const quiet = { wantsLowBalanceEmail: false, wantsPaymentsEmail: false, createdAt: new Date() };
  em.persist(ids.map((id) => em.create(Member, { id, externalRef: id, ...common, ...quiet })));
  await em.flush();
}

async function openBalances(
  { database }: BenchSystem,
  { ids, balanceMinor }: { readonly ids: readonly MemberId[]; readonly balanceMinor: number },
): Promise<void> {
  const poster = createPoster({ databaseUrl: database.url });
  const items = ids.map((id): PosterItem => ({
    kind: 'post',
    transaction: openingBalance({
      id,
      account: memberAccount(id, 'AUD'),
      amount: money(balanceMinor, 'AUD'),
      occurredAt: new Date().toISOString(),
      description: 'Opening balance',
      actor: 'bench',
    }),
  }));
  for (const some of inParts(items, postingsAtOnce)) {
    const results = await poster.postGroup(some);
    if (results.some(({ kind }) => kind !== 'posted')) throw new Error('An opening balance was not posted.');
  }
  await poster.close();
}

interface CardWish {
  readonly orm: Orm;
  readonly ids: readonly MemberId[];
  readonly autoMinor: number;
}

/** A customer and a card of their own for each, as a set-up in the browser leaves them. */
async function saveCards(system: BenchSystem, { orm, ids, autoMinor }: CardWish): Promise<void> {
  const em = unitOfWork(orm);
  const account = await em.findOneOrFail(ProcessorAccount, { organisationId: null });
  const { STRIPE_API_KEY: apiKey = '', STRIPE_API_BASE: apiBase = '' } = system.env;
  const stripe = createStripeClient({ apiKey, apiBase, timeoutMs: 10_000 });
  const save = async (member: MemberId): Promise<AutoTopUp> => {
    const customer = await stripe.customers.create({}, { idempotencyKey: `${member}-customer` });
    const key = { idempotencyKey: `${member}-card` };
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id }, key);
    return em.create(AutoTopUp, {
      ...{ memberId: member, state: 'on', amountMinor: autoMinor, processorAccountId: account.id },
      ...{ customerRef: customer.id, paymentMethodRef: card.id, brand: 'visa', last4: '4242' },
      ...{ expMonth: 12, expYear: 2050, refusals: 0, updatedAt: new Date() },
    });
  };
  for (const some of inParts(ids, cardsAtOnce)) em.persist(await Promise.all(some.map(save)));
  await em.flush();
}

function inParts<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
