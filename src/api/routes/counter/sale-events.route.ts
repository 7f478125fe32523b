import { PassThrough } from 'node:stream';
import { DomainError } from '../../../domain/errors.ts';
import { isFinalSaleState } from '../../../domain/counter/sale.ts';
import { findSale, saleEvents, type SaleEventRow } from '../../../entities/counter/sales.read.ts';
import type { SqlPool } from '../../../entities/sql-pool.ts';
import { keyed, route, type Answer, type Route } from '../../route.ts';
import type { SaleEventHub } from '../../counter/sale-event-hub.ts';
import { saleEventView } from '../../counter/sale-view.ts';
import { noSuchSale } from '../../counter/sale-writing.ts';
import { idParam } from '../../schemas.ts';

/** Between two comments that keep proxies from closing a silent stream. */
const heartbeatMs = 15_000;

/** The live state of a sale as server-sent events. */
export function saleEventRoutes(parts: { readonly pool: SqlPool; readonly hub: SaleEventHub }): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/sales/:id/events',
      tag: 'Sales',
      summary: 'Watch a sale (server-sent events)',
      description:
        'Each event has the number of its line in the timeline as `id`; come back with `Last-Event-ID` to go on after it. The stream ends after the final state.',
      policy: keyed('site', 'sales.view'),
      params: idParam('sale'),
      responses: { 200: { description: 'Events, oldest first', contentType: 'text/event-stream' } },
      handle: async ({ principal, params, header, gone }) => {
        const after = lastEventId(header('Last-Event-ID'));
        const sale = await findSale(parts.pool, principal, params.id);
        if (sale === null) throw noSuchSale();
        if (isFinalSaleState(sale.snapshot.state)) return finished(await saleEvents(parts.pool, params.id, after));
        return watching(parts.hub, { saleId: params.id, after }, gone);
      },
    }),
  ];
}

function lastEventId(text: string): number {
  if (text === '') return 0;
  if (!/^\d{1,15}$/.test(text)) throw new DomainError('invalid_json', 'Last-Event-ID is the number of an event.');
  return Number(text);
}

/** Nothing more will happen: what there is, and the end. */
function finished(events: readonly SaleEventRow[]): Answer {
  const stream = new PassThrough();
  stream.end(`${events.map(frame).join('')}${endFrame}`);
  return answerOf(stream);
}

function watching(
  hub: SaleEventHub,
  from: { readonly saleId: string; readonly after: number },
  gone: AbortSignal,
): Answer {
  const stream = new PassThrough();
  stream.write(': watching\n\n');
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs);
  const end = (): void => {
    clearInterval(heartbeat);
    stream.end();
  };
  const stop = hub.watch({
    ...from,
    next: (event) => void stream.write(frame(event)),
    end: () => {
      stream.write(endFrame);
      end();
    },
  });
  gone.addEventListener('abort', () => {
    stop();
    end();
  });
  return answerOf(stream);
}

const endFrame = 'event: end\ndata: {}\n\n';

function frame(event: SaleEventRow): string {
  return `id: ${event.no}\nevent: ${event.what}\ndata: ${JSON.stringify(saleEventView(event))}\n\n`;
}

function answerOf(stream: PassThrough): Answer {
  const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' };
  return { status: 200, headers, stream };
}
