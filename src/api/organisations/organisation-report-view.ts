import { z } from 'zod';
import type { CombinedLine } from '../../reports/combined-view.ts';
import type { HolderBalance } from '../../reports/holder-balance.ts';
import type { CongressTotal, Movement, ThingTotal, TypeTotal } from '../../reports/movement-views.ts';
import type { NamedThing } from '../../reports/movement-groups.ts';
import type { HostThing, OrganisationRow } from '../../reports/organisations/organisation-rows.ts';
import type { OrganisationPage, StatementOrganisation } from '../../reports/organisations/organisation-statement.ts';
import { moneyView } from '../ledger-view.ts';
import { id, money } from '../schemas.ts';

const recorded = z.string().meta({ examples: ['2026-11-21T05:01:45.575123Z'] });
const thing = z.object({ id: z.string().meta({ description: 'As the host calls it' }), name: z.string().nullable() });
const datedThing = thing.extend({
  date: z.string().nullable().meta({ description: 'The local day it is held' }),
  congress: z.string().nullable(),
});

const rowSchema = z
  .object({
    seq: z.int().meta({ description: '1 for the first row of the account' }),
    date: recorded.meta({ description: 'When it was recorded' }),
    counterparty: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }).nullable(),
    reference: z.string(),
    transaction: z.string(),
    type: z.string(),
    description: z.string(),
    session: thing.nullable(),
    event: thing.nullable(),
    amount: money.meta({ description: 'Signed: plus is money in' }),
    balanceAfter: money,
  })
  .meta({ id: 'OrganisationStatementRow' });

export const organisationStatementSchema = z
  .object({
    organisation: id('organisation'),
    no: z.int(),
    name: z.string(),
    address: z.string().nullable(),
    balance: money.meta({ description: 'Now' }),
    balanceShown: z.string().meta({ description: '`Nil` without any row', examples: ['1,070.00'] }),
    closing: money.meta({ description: 'After the newest row of the page' }),
    opening: money.meta({ description: 'Before the oldest row of the page' }),
    items: z.array(rowSchema),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'OrganisationStatement' });

export const organisationTransactionSchema = z
  .object({ organisation: id('organisation'), items: z.array(rowSchema) })
  .meta({ id: 'OrganisationTransaction' });

export const organisationBalanceSchema = z
  .object({
    organisation: id('organisation'),
    at: recorded.nullable().meta({ description: 'The instant that was asked for; null for now' }),
    balance: money,
    available: money.nullable().meta({ description: 'Balance less holds; of now only' }),
    held: money.nullable(),
    lastEntryAt: recorded.nullable(),
  })
  .meta({ id: 'OrganisationBalance' });

export const organisationOverviewSchema = z
  .object({ organisation: id('organisation'), balance: organisationBalanceSchema, items: z.array(rowSchema) })
  .meta({ id: 'OrganisationOverview' });

const counted = { amount: money, count: z.int().meta({ description: 'Rows that were added up' }) };
const reportOf = { organisation: id('organisation'), asOf: recorded };

export const summarySchema = z
  .object({
    ...reportOf,
    from: recorded.nullable(),
    before: recorded.nullable(),
    items: z.array(z.object({ type: z.string(), ...counted })),
    total: money,
  })
  .meta({ id: 'OrganisationSummary' });

export const movementSchema = z
  .object({
    ...reportOf,
    ...{ opening: money, settlements: money, events: money, sessions: money, memberships: money, other: money },
    closing: money.meta({ description: 'The sum of all before it' }),
  })
  .meta({ id: 'OrganisationMovement' });

export const sessionsSchema = z
  .object({ ...reportOf, items: z.array(datedThing.extend(counted)), total: money })
  .meta({ id: 'OrganisationSessions' });

const eventTotal = datedThing.extend({
  ...counted,
  isElsewhereToo: z.boolean().meta({ description: 'Money was also moved for it outside the range' }),
});
export const eventsSchema = z
  .object({ ...reportOf, items: z.array(eventTotal), total: money })
  .meta({ id: 'OrganisationEvents' });

export const congressesSchema = z
  .object({
    ...reportOf,
    items: z.array(
      z.object({ congress: z.string().nullable(), ...counted, events: z.array(datedThing.extend(counted)) }),
    ),
    total: money,
  })
  .meta({ id: 'OrganisationCongresses' });

const combinedLine = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['event', 'session', 'membership']),
    date: recorded.meta({ description: 'Of the newest row' }),
    type: z.string(),
    session: thing.nullable(),
    event: thing.nullable(),
    ...counted,
  }),
  z.object({ kind: z.literal('row'), row: rowSchema }),
]);
export const combinedSchema = z
  .object({ ...reportOf, items: z.array(combinedLine), next_cursor: z.string().nullable() })
  .meta({ id: 'OrganisationCombined' });

/** A page as `organisationStatementSchema` has it. */
export function organisationStatementView(
  { id: organisation, no, name, address }: StatementOrganisation,
  page: OrganisationPage,
): z.input<typeof organisationStatementSchema> {
  return {
    ...{ organisation, no, name, address, balanceShown: page.balanceShown },
    balance: moneyView(page.balance),
    closing: moneyView(page.closing),
    opening: moneyView(page.opening),
    items: page.rows.map(organisationRowView),
    next_cursor: page.nextCursor === null ? null : String(page.nextCursor),
  };
}

export function organisationRowView(row: OrganisationRow): z.input<typeof rowSchema> {
  const { seq, recordedAt, counterparty, reference, type, description } = row;
  return {
    ...{ seq, date: recordedAt, counterparty, reference, transaction: row.transactionId, type, description },
    session: thingView(row.session),
    event: thingView(row.event),
    amount: moneyView(row.amount),
    balanceAfter: moneyView(row.balanceAfter),
  };
}

/** A balance as `organisationBalanceSchema` has it; `at` is null for now. */
export function organisationBalanceView(
  organisation: string,
  at: string | null,
  { balance, available, held, lastEntryAt }: HolderBalance,
): z.input<typeof organisationBalanceSchema> {
  return {
    ...{ organisation, at, lastEntryAt },
    balance: moneyView(balance),
    available: available && moneyView(available),
    held: held && moneyView(held),
  };
}

export function movementView(movement: Movement) {
  const { opening, settlements, events, sessions, memberships, other, closing } = movement;
  return {
    ...{ opening: moneyView(opening), settlements: moneyView(settlements), events: moneyView(events) },
    ...{ sessions: moneyView(sessions), memberships: moneyView(memberships) },
    ...{ other: moneyView(other), closing: moneyView(closing) },
  };
}

export function typeTotalView({ type, amount, count }: TypeTotal) {
  return { type, amount: moneyView(amount), count };
}

export function thingTotalView({ thing: of, amount, count }: ThingTotal) {
  return { id: of.ref, name: of.name, date: of.date, congress: of.parent, amount: moneyView(amount), count };
}

export function congressTotalView({ congress, amount, count, events }: CongressTotal) {
  return { congress, amount: moneyView(amount), count, events: events.map(thingTotalView) };
}

export function combinedLineView(line: CombinedLine): z.input<typeof combinedLine> {
  if (line.kind === 'row') return { kind: 'row', row: organisationRowView(line.row) };
  const { kind, recordedAt, type, session, event, amount, count } = line.total;
  const about = { session: thingView(session), event: thingView(event) };
  return { kind, date: recordedAt, type, ...about, amount: moneyView(amount), count };
}

function thingView(of: HostThing | NamedThing | null) {
  return of === null ? null : { id: of.ref, name: of.name };
}
