import { z } from 'zod';
import { effectivePercent } from '../../../domain/cards/card-cost.ts';
import { DomainError } from '../../../domain/errors.ts';
import {
  expectationOf,
  findCardPayments,
  readCardCost,
  readCardPayments,
  type CardPayment,
} from '../../../reports/admin/card-payments.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { instantsOfDays, optionalDays, reportCurrency } from '../../../reports/report-params.ts';
import type { ChargeFigures } from '../../../stripe/processor-figures.direct.ts';
import { moneyView } from '../../ledger-view.ts';
import { instant } from '../../local-days.ts';
import { cursorOf, placeIn } from '../../page-place.ts';
import { askFigures, type FigureParts } from '../../processor-reading.ts';
import { instantAsked, type ReportParts } from '../../reports/report-asking.ts';
import { cardPaymentSchema, paidCardView } from '../../reports/report-view.ts';
import { keyed, route, type Route } from '../../route.ts';
import { idParam, listOf, money } from '../../schemas.ts';
import type { Principal } from '../../../domain/principal.ts';

export type CardReportParts = ReportParts & FigureParts;

const tag = 'Reports';
const policy = keyed('platform', 'payments.global.view');

/** Card payments that were paid, and what the processor says of each. */
export function cardReportRoutes(parts: CardReportParts): readonly Route[] {
  return [list(parts), detail(parts)];
}

function list({ sources }: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/card-transactions',
    tag,
    summary: 'List card payments that were paid, the newest first, with what is expected of the processor',
    policy,
    query: z.strictObject({
      ...optionalDays,
      currency: reportCurrency,
      asOf: instant.optional().meta({ description: 'Not later than now, which is the default' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(300).optional().meta({ description: '`next_cursor` of the page before' }),
    }),
    responses: { 200: { description: 'A page', schema: listOf(cardPaymentSchema).extend({ asOf: z.string() }) } },
    handle: async ({ query }) => {
      const range = instantsOfDays(query, sources.zone);
      const place = placeIn(query.cursor, ['string', 'string']);
      const asOf = await instantAsked(sources, query.asOf);
      const cost = await readCardCost(sources.reader, asOf);
      const rows = await readCardPayments(sources.reader, {
        ...{ ...range, currency: query.currency, asOf, limit: query.limit + 1 },
        after: place === null ? null : { capturedAt: String(place[0]), id: String(place[1]) },
      });
      const items = rows.slice(0, query.limit).map((row) => paidCardView(row, expectationOf(row.amount, cost)));
      const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
      const next_cursor = last === undefined ? null : cursorOf([last.capturedAt, last.id]);
      return { status: 200, body: { items, next_cursor, asOf } };
    },
  });
}

const figuresSchema = z
  .object({
    amount: money,
    fee: money,
    net: money,
    lines: z.array(z.object({ type: z.string(), description: z.string().nullable(), amount: money })),
    createdAt: z.string(),
    availableAt: z.string(),
    effectivePercent: z.string().meta({ description: 'Fee of the amount', examples: ['1.65'] }),
  })
  .nullable()
  .meta({ description: 'As the processor says now; null when it does not answer or has not settled the charge' });

function detail(parts: CardReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/card-transactions/:id',
    tag,
    summary: 'Read a card payment with what the processor kept of it and what we expected',
    policy,
    params: idParam('cardTransaction'),
    responses: { 200: { description: 'Both', schema: cardPaymentSchema.extend({ processor: figuresSchema }) } },
    handle: async ({ principal, params: { id } }) => {
      const { reader } = parts.sources;
      const [found] = await findCardPayments(reader, { by: 'id', id });
      if (found === undefined) throw new DomainError('not_found', 'There is no card payment that was paid.');
      const cost = await readCardCost(reader, found.capturedAt);
      const figures = await readFigures(parts, principal, found);
      const shown = paidCardView(found, expectationOf(found.amount, cost));
      return { status: 200, body: { ...shown, processor: figures === null ? null : figuresView(figures) } };
    },
  });
}

async function readFigures(
  parts: CardReportParts,
  principal: Principal,
  { processorAccountId, chargeRef }: CardPayment,
): Promise<ChargeFigures | null> {
  const account = await scopedTo(unitOfWork(parts.orm), principal).processorAccount(processorAccountId);
  if (account === null || chargeRef === null) return null;
  return askFigures(parts, account, (figures) => figures.ofCharge(chargeRef));
}

function figuresView(figures: ChargeFigures): z.input<typeof figuresSchema> {
  const { amount, fee, net, lines, createdAt, availableAt } = figures;
  return {
    ...{ amount: moneyView(amount), fee: moneyView(fee), net: moneyView(net), createdAt, availableAt },
    lines: lines.map((line) => ({ ...line, amount: moneyView(line.amount) })),
    effectivePercent: effectivePercent(fee, amount),
  };
}
