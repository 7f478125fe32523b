import { Readable } from 'node:stream';
import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { invariant } from '../../../domain/invariant.ts';
import type { PayoutCommand } from '../../../domain/settlement/payout.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { payoutSnapshotOf } from '../../../entities/settlement/payout-rows.ts';
import type { Payout } from '../../../entities/settlement/payout.entity.ts';
import { ScopedPayouts } from '../../../entities/settlement/scoped-payouts.ts';
import { definedOnly } from '../../duplicates.ts';
import { payoutSchema, payoutStates, payoutView } from '../../settlement/payout-view.ts';
import { actOnPayoutOnce, ownPayout, type PayoutParts } from '../../settlement/payout-writing.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam, listOf, pageOf, text } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'Payouts';
const params = idParam('payout');
const viewers = keyed('organisation', 'payments.manage.view');
const editors = keyed('platform', 'payments.global.edit');
const reason = text(120).meta({ description: 'Why, for the audit and for the organisation' });

/** What organisations are paid, and what becomes of it at banks (decisions D29). */
export function payoutRoutes(parts: PayoutParts): readonly Route[] {
  return [
    list(parts),
    get(parts),
    remittance(parts),
    acting(parts, {
      path: 'confirmation',
      summary: 'Tell that the bank has paid it',
      description: 'Moves the money out of flight. A second time it does nothing.',
      command: (why) => ({ kind: 'confirm', attemptNo: null, reason: why }),
    }),
    acting(parts, {
      path: 'return',
      summary: 'Tell that the bank has sent it back, also after it was paid',
      description: 'The money stays in flight until it is paid again or given up; the organisation is told.',
      command: (why) => ({ kind: 'return', attemptNo: null, reason: why }),
    }),
    acting(parts, {
      path: 'retry',
      summary: 'Pay what came back again, with the newest bank details',
      description: 'It waits for the next bank file. No second fee.',
      command: (why) => ({ kind: 'retry', reason: why }),
    }),
    acting(parts, {
      path: 'reversal',
      summary: 'Give a payout up: undo its settlement exactly, fee and tax included',
      description:
        'Not while it stands in a file that the bank may still pay. The period may be settled again by a later run.',
      command: (why) => ({ kind: 'reverse', reason: why }),
    }),
  ];
}

function list(parts: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/payouts',
    tag,
    summary: 'List payouts, the newest first',
    policy: viewers,
    query: z.strictObject({
      ...pageOf('payout'),
      state: z.enum(payoutStates).optional(),
      run: id('settlementRun').optional(),
      organisation: id('organisation').optional(),
    }),
    responses: { 200: { description: 'A page of payouts', schema: listOf(payoutSchema) } },
    handle: async ({ principal, query: { limit, cursor, state, run, organisation } }) => {
      const filter = definedOnly({
        state,
        runId: run as Payout['runId'],
        organisationId: organisation as Payout['organisationId'],
      });
      const reads = new ScopedPayouts(unitOfWork(parts.orm), principal);
      const page = await reads.payouts({ limit, after: cursor ?? null }, filter);
      return { status: 200, body: pageView(page, (row) => payoutView(row, payoutSnapshotOf(row))) };
    },
  });
}

function get(parts: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/payouts/:id',
    tag,
    summary: 'Read a payout',
    policy: viewers,
    params,
    responses: { 200: { description: 'As it stands', schema: payoutSchema } },
    handle: async ({ principal, params: { id: payout } }) => {
      const row = await ownPayout(parts.orm, principal, payout);
      return { status: 200, body: payoutView(row, payoutSnapshotOf(row)) };
    },
  });
}

function remittance(parts: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/payouts/:id/remittance.pdf',
    tag,
    summary: 'Download the remittance advice of a payout, with the tax invoice for its fee',
    description: 'Issued when the payout is confirmed, and the same bytes ever after. 404 until then.',
    policy: viewers,
    params,
    responses: { 200: { description: 'A4', contentType: 'application/pdf' } },
    handle: async ({ principal, params: { id: payout } }) => {
      const advice = await new ScopedPayouts(unitOfWork(parts.orm), principal).remittance(payout);
      if (advice === null) throw new DomainError('not_found', 'There is no such payout, or no advice is issued yet.');
      const headers = {
        'Content-Type': 'application/pdf',
        'Content-Disposition': `attachment; filename="remittance-${advice.payoutId}.pdf"`,
      };
      return { status: 200, headers, stream: Readable.from(Buffer.from(advice.content)) };
    },
  });
}

interface Acting {
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly command: (reason: string) => PayoutCommand;
}

function acting(parts: PayoutParts, { path, summary, description, command }: Acting): Route {
  return route({
    method: 'post',
    path: `/v1/payouts/:id/${path}`,
    tag,
    summary,
    description: `${description} Audited.`,
    policy: editors,
    idempotency: 'required',
    params,
    body: z.strictObject({ reason }),
    responses: {
      200: { description: 'The payout after it', schema: payoutSchema },
      202: { description: 'Not known within the deadline: look again at `Location`', schema: payoutSchema },
    },
    handle: async ({ principal, params: { id: payout }, body, write }) => {
      invariant(write !== null, 'An act without a key');
      return actOnPayoutOnce(parts, { principal, write, payout, command: command(body.reason) });
    },
  });
}
