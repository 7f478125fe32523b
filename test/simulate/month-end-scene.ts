import { randomUUID } from 'node:crypto';
import type { MemberId, OrganisationId } from '../../src/domain/ids.ts';
import type { NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { payment, sessionRefund } from '../../src/ledger/postings/payment.ts';
import { cardIn } from '../../src/ledger/postings/processor.ts';
import { demoNames } from '../../workers/demo/seed.ts';
import { Host } from '../support/members.ts';
import type { MonthEnd } from '../support/month-end.ts';
import type { ClubPlan, MonthEndPlan } from './plan-month-end.ts';

/** The clubs of one seed, in a zone that no other seed uses, with their past in the book. */
export interface SceneMonthEnd {
  readonly plan: MonthEndPlan;
  readonly zone: string;
  readonly clubs: readonly SceneClub[];
  /** Whom clubs pay, and who pays clubs; with a balance that nobody else touches. */
  readonly member: MemberId;
}

export interface SceneClub {
  readonly id: OrganisationId;
  readonly plan: ClubPlan;
}

/** Where other organisations of the system live is left out. */
const zones = Intl.supportedValuesOf('timeZone').filter((zone) => !zone.startsWith('Australia/'));
const [before, within] = [new Date('2026-09-20T00:00:00Z'), new Date('2026-10-15T00:00:00Z')];
const memberMinor = 500_000;

/** Brings the clubs of a plan, and writes what they earned before the month and in it. */
export async function bringClubs(office: MonthEnd, plan: MonthEndPlan, { seed, tag }: { seed: number; tag: string }) {
  const { control } = office.counter;
  const zone = zones[seed % zones.length] ?? 'UTC';
  const connectedAccount = `acct_club${tag}`;
  await control.seed({ accounts: [{ id: connectedAccount, platform: demoNames.account }] });
  const ids = await office.clubs(
    plan.clubs.map(({ floatMinor, feeBp, paidBy }, index) => ({
      ...{ zone, balanceMinor: 0, floatMinor, name: `Club ${seed}-${index}`, payoutMethod: paidBy },
      ...(feeBp === null ? {} : { feeBp }),
      ...(paidBy === 'transfer' ? { connectedAccount } : {}),
    })),
  );
  const clubs = plan.clubs.map((club, index) => ({ id: ids[index]!, plan: club }));
  const host = new Host(office.counter);
  const payer = await host.member();
  const past = { payer, processorRef: `acct_past${tag}`, databaseUrl: office.counter.databaseUrl };
  await write(past, before, (at) => earned(past, at, opened(clubs)));
  await write(past, within, (at) => [
    ...earned(past, at, credited(clubs)),
    ...clubs.flatMap((club) => refunded(past, at, club)),
  ]);
  return { plan, zone, clubs, member: await host.member(memberMinor) };
}

interface Past {
  /** Only this member and this account at the processor have a past with the clubs: nothing of theirs is newer. */
  readonly payer: MemberId;
  readonly processorRef: string;
  readonly databaseUrl: string;
}

interface Income {
  readonly id: OrganisationId;
  readonly amountMinor: number;
}

const opened = (clubs: readonly SceneClub[]): Income[] =>
  clubs.map(({ id, plan }) => ({ id, amountMinor: plan.openingMinor }));
const credited = (clubs: readonly SceneClub[]): Income[] =>
  clubs.map(({ id, plan }) => ({ id, amountMinor: plan.creditsMinor }));

/** Posts with the session's clock standing at `at`: the book dates by it. */
async function write(past: Past, at: Date, transactions: (at: string) => readonly NewLedgerTransaction[]) {
  const poster = createPoster({ databaseUrl: past.databaseUrl, clock: at });
  try {
    for (const transaction of transactions(at.toISOString())) {
      const result = await poster.post(transaction);
      if (result.kind !== 'posted') throw new Error(`The past was not posted: ${JSON.stringify(result)}`);
    }
  } finally {
    await poster.close();
  }
}

/** A member who brought just as much by card paid the clubs. */
function earned({ payer, processorRef }: Past, occurredAt: string, incomes: readonly Income[]): NewLedgerTransaction[] {
  const some = incomes.filter(({ amountMinor }) => amountMinor > 0);
  const total = some.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  if (total === 0) return [];
  const brought = cardIn({
    processor: { provider: 'stripe', externalRef: processorRef },
    ...{ cardTransactionId: shortId(), memberId: payer, type: 'Manual Top Up', amount: money(total, 'AUD') },
    ...{ occurredAt, description: 'Card' },
  });
  const paid = some.map(({ id, amountMinor }) =>
    payment({
      ...{ id: shortId(), memberId: payer, to: { kind: 'organisation', id }, type: 'Club Payment' },
      ...{ amount: money(amountMinor, 'AUD'), occurredAt, description: 'Table money' },
    }),
  );
  return [brought, ...paid];
}

function refunded({ payer }: Past, occurredAt: string, { id, plan }: SceneClub): NewLedgerTransaction[] {
  if (plan.refundsMinor === 0) return [];
  const rows = [{ memberId: payer, amount: money(plan.refundsMinor, 'AUD') }];
  const refund = { id: shortId(), organisationId: id, currency: 'AUD', rows, occurredAt, description: 'Cancelled' };
  return [sessionRefund({ ...refund, currency: 'AUD' })];
}

function shortId(): string {
  return randomUUID().slice(0, 20);
}
