import { z } from 'zod';
import type { Principal } from '../../domain/principal.ts';
import { readTransactions } from '../../ledger/transactions.read.ts';
import { readAdminSummary, readStatistics } from '../../reports/admin/admin-summary.ts';
import { readPaymentsStatus, readWaitingCards, type WaitingCard } from '../../reports/admin/admin-status.ts';
import { expectationOf, findCardPayments, readCardCost, type CardKey } from '../../reports/admin/card-payments.ts';
import { dayZone, instantsOfDays, localDay, reportCurrency } from '../../reports/report-params.ts';
import { moneyView, transactionSchema, transactionView } from '../ledger-view.ts';
import { askFigures, processorAccountsOf } from '../processor-reading.ts';
import { refusedField } from '../refused-field.ts';
import { instantAsked } from '../reports/report-asking.ts';
import { cardPaymentSchema, paidCardView, viewOr } from '../reports/report-view.ts';
import { keyed, route, type Route } from '../route.ts';
import { id, money } from '../schemas.ts';
import type { CardReportParts } from './reports/card-reports.route.ts';

const tag = 'Administration';
const policy = keyed('platform', 'payments.global.view');
const count = z.int();

/** What administrators look at: what is owed, what there was, whether money arrives, and where a payment is. */
export function adminRoutes(parts: CardReportParts): readonly Route[] {
  return [summary(parts), statistics(parts), status(parts), waiting(parts), search(parts)];
}

const holders = z.object({ all: count, withBalance: count, balance: money });
const processorBalance = z.object({
  processorAccount: id('processorAccount'),
  available: money.nullable().meta({ description: 'In the currency asked for; null when unknown' }),
  known: z.boolean().meta({ description: 'False when the processor does not answer' }),
});

function summary(parts: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/admin/summary',
    tag,
    summary: 'Read what is owed to members and organisations, and what is with the processors',
    policy,
    query: z.strictObject({ currency: reportCurrency }),
    responses: {
      200: {
        description: 'Sums as they are now',
        schema: z.object({
          asOf: z.string(),
          members: holders.extend({ autoTopUp: count }),
          organisations: holders,
          netLiability: money,
          cardMoney30Days: money.meta({ description: 'Taken; refunds are not deducted' }),
          processors: z.array(processorBalance),
        }),
      },
    },
    handle: async ({ principal, query: { currency } }) => {
      const { sources } = parts;
      const asOf = await instantAsked(sources, undefined);
      const { members, organisations, netLiability, cardMoney } = await readAdminSummary(sources.reader, {
        asOf,
        currency,
      });
      const held = ({ all, count: withBalance, total }: typeof organisations) => ({
        ...{ all, withBalance, balance: moneyView(total) },
      });
      const body = {
        asOf,
        members: { ...held(members), autoTopUp: members.autoTopUp },
        organisations: held(organisations),
        ...{ netLiability: moneyView(netLiability), cardMoney30Days: moneyView(cardMoney) },
        processors: await processorBalances(parts, principal, currency),
      };
      return { status: 200, body };
    },
  });
}

/** Each account is asked at once; a silent one is unknown, never zero. */
async function processorBalances(parts: CardReportParts, principal: Principal, currency: string) {
  const accounts = await processorAccountsOf(parts, principal);
  return Promise.all(
    accounts.map(async (account) => {
      const found = await askFigures(parts, account, (figures) => figures.available());
      const available = found?.find((amount) => amount.currency === currency);
      return { processorAccount: account.id, available: viewOr(available), known: found !== null };
    }),
  );
}

function statistics({ sources }: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/admin/statistics',
    tag,
    summary: 'Read what there was in all; only card payments that were paid count',
    policy,
    query: z.strictObject({ currency: reportCurrency }),
    responses: {
      200: {
        description: 'Figures; zero where there is nothing',
        schema: z.object({
          ...{ asOf: z.string(), members: count, cardPayments: count, paid: money, refunds: money },
          ...{ paidLessRefunds: money, turnover: money, average: money, operatorFees: money },
          estimatedCardFees: money.nullable().meta({ description: 'Null where nobody set what cards cost' }),
        }),
      },
    },
    handle: async ({ query: { currency } }) => {
      const asOf = await instantAsked(sources, undefined);
      const found = await readStatistics(sources.reader, { asOf, currency });
      const { members, cardPayments } = found;
      const body = {
        ...{ asOf, members, cardPayments, paid: moneyView(found.paid), refunds: moneyView(found.refunds) },
        ...{ paidLessRefunds: moneyView(found.paidLessRefunds), turnover: moneyView(found.turnover) },
        ...{ average: moneyView(found.average), operatorFees: moneyView(found.operatorFees) },
        estimatedCardFees: viewOr(found.cardFees),
      };
      return { status: 200, body };
    },
  });
}

const waitingCard = z
  .object({
    ...{ topUp: id('topUp'), member: id('member'), memberName: z.string() },
    status: z.enum(['Succeeded', 'Pending', 'Intent']),
    ...{ amount: money, paymentRef: z.string().nullable(), createdAt: z.string() },
  })
  .meta({ id: 'WaitingCard' });

function waitingView(card: WaitingCard): z.input<typeof waitingCard> {
  return { ...card, amount: moneyView(card.amount) };
}

function status({ sources }: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/admin/status',
    tag,
    summary: 'Read whether card money arrives',
    policy,
    query: z.strictObject({
      minutes: z.coerce
        .number()
        .int()
        .min(0)
        .max(10_000)
        .default(10)
        .meta({ description: 'After which pending is bad' }),
    }),
    responses: {
      200: {
        description: 'Good, or Bad with what is pending',
        schema: z.object({
          status: z.enum(['Good', 'Bad']),
          latestCard: waitingCard.nullable(),
          ...{ latestMemberEntryAt: z.string().nullable(), latestOrganisationEntryAt: z.string().nullable() },
          pendingCards: z.array(waitingCard),
          pendingMembers: z.array(z.object({ member: id('member'), since: z.string() })),
        }),
      },
    },
    handle: async ({ query: { minutes } }) => {
      const since = new Date(Date.now() - minutes * 60_000).toISOString();
      const found = await readPaymentsStatus(sources.reader, since);
      const latestCard = found.latestCard === null ? null : waitingView(found.latestCard);
      return { status: 200, body: { ...found, latestCard, pendingCards: found.pendingCards.map(waitingView) } };
    },
  });
}

function waiting({ sources }: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/admin/waiting-cards',
    tag,
    summary: 'List card payments whose money is awaited, and the newest that were only begun',
    policy,
    responses: { 200: { description: 'The newest first', schema: z.object({ items: z.array(waitingCard) }) } },
    handle: async () => ({ status: 200, body: { items: (await readWaitingCards(sources.reader)).map(waitingView) } }),
  });
}

const searchQuery = z.strictObject({
  reference: z
    .string()
    .regex(/^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$/, 'must be like 7KQ2-X0AB-93TZ')
    .optional(),
  charge: z
    .string()
    .min(1)
    .max(120)
    .regex(/^[\w-]+$/, 'must be an id of the processor')
    .optional(),
  last4: z
    .string()
    .regex(/^\d{4}$/, 'must be four digits')
    .optional(),
  date: localDay.optional().meta({ description: 'Local day of the payment; with `last4`' }),
  amount: z.coerce.number().int().positive().optional().meta({ description: 'Minor units; with `last4`' }),
  zone: dayZone.optional(),
});

function search({ sources }: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/admin/search',
    tag,
    summary: 'Find a payment by reference, by charge id, or by the last digits of a card with date and amount',
    policy,
    query: searchQuery,
    responses: {
      200: {
        description: 'What was found; nothing is empty lists',
        schema: z.object({ transactions: z.array(transactionSchema), cards: z.array(cardPaymentSchema) }),
      },
    },
    handle: async ({ query }) => {
      const key = cardKeyOf(query, sources.zone);
      const { reader } = sources;
      const posted =
        query.reference === undefined
          ? []
          : await readTransactions(reader, { by: 'reference', value: query.reference });
      const cost = await readCardCost(reader, new Date().toISOString());
      const cards = key === null ? [] : await findCardPayments(reader, key);
      const body = {
        transactions: posted.map((transaction) => transactionView(transaction, '')),
        cards: cards.map((card) => paidCardView(card, expectationOf(card.amount, cost))),
      };
      return { status: 200, body };
    },
  });
}

/** The card that is meant. Throws `invalid_request` unless exactly one way to search is complete. */
function cardKeyOf(
  { reference, charge, last4, date, amount, zone: named }: z.output<typeof searchQuery>,
  zone: string,
): CardKey | null {
  const ways = [reference, charge, last4].filter((way) => way !== undefined).length;
  if (ways !== 1)
    throw refusedField('invalid_request', 'reference', 'or charge or last4 must be given, and only one of them');
  if (charge !== undefined) return { by: 'ref', ref: charge };
  if (last4 === undefined) return null;
  if (date === undefined) throw refusedField('invalid_request', 'date', 'is needed with last4');
  if (amount === undefined) throw refusedField('invalid_request', 'amount', 'is needed with last4');
  const range = instantsOfDays({ from: date, to: date, zone: named }, zone);
  return { by: 'last4', last4, range, amountMinor: amount };
}
