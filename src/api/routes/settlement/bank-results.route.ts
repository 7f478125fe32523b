import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BankNews, BankResultFormat } from '../../../domain/settlement/bank-result.ts';
import { DomainError } from '../../../domain/errors.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { resultOfBytes, takeBankResult } from '../../../entities/settlement/bank-result-taking.ts';
import type { Done } from '../../../entities/idempotency.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { ScopedPayouts } from '../../../entities/settlement/scoped-payouts.ts';
import { readBankResult, requireSense } from '../../../reports/bank-results/read-bank-result.ts';
import { takeFile } from '../../begin-after.ts';
import { canonicalJson } from '../../idempotency-header.ts';
import { made } from '../../once.ts';
import { bankResultSchema, bankResultView } from '../../settlement/payout-view.ts';
import type { PayoutParts } from '../../settlement/payout-writing.ts';
import { keyed, route, type Route, type TextBody } from '../../route.ts';
import { idParam, text } from '../../schemas.ts';

const tag = 'Payouts';
const jsonList = z
  .strictObject({
    results: z
      .array(
        z.strictObject({
          reference: z.string().regex(/^[A-Za-z0-9-]{1,35}$/),
          result: z.enum(['paid', 'returned']),
          reason: text(120).optional(),
        }),
      )
      .min(1)
      .max(5_000),
  })
  .meta({ id: 'BankResultList' });

const formats: Readonly<Record<string, Exclude<BankResultFormat, 'json'>>> = {
  'text/csv': 'csv',
  'text/plain': 'direct_entry',
  'application/xml': 'pain002',
};

/** What banks say became of payouts (decisions D30). */
export function bankResultRoutes(parts: PayoutParts): readonly Route[] {
  return [create(parts), get(parts)];
}

function create(parts: PayoutParts): Route {
  return route({
    method: 'post',
    path: '/v1/bank-results',
    tag,
    summary: 'Take what a bank says became of payouts',
    description:
      'A list as JSON or CSV (`reference,result,reason`), a direct entry return file as plain text, or pain.002 as XML. Refused as a whole when it cannot be read, does not add up, names payments that are not ours, or was taken before; nothing is booked then. Audited.',
    policy: keyed('platform', 'payments.global.edit'),
    idempotency: 'optional',
    textTypes: Object.keys(formats),
    body: jsonList,
    responses: {
      202: { description: 'Taken; its lines are booked one by one', schema: bankResultSchema },
    },
    handle: async ({ principal, body, textBody, once }) => {
      const taken = newsIn(body, textBody);
      return takeFile({
        take: () => once((em) => takeOnce(em, principal, taken)),
        first: () => resultOfBytes(unitOfWork(parts.orm), taken.digest),
        duplicate: duplicate(),
        begin: (id) => parts.payouts.tellBankResult(id),
      });
    },
  });
}

async function takeOnce(em: Recording, principal: Principal, { format, digest, news }: TakenNews): Promise<Done> {
  if ((await resultOfBytes(em, digest)) !== null) throw duplicate();
  const actor = principal.asserted ?? principal.keyId;
  const { result, lines } = await takeBankResult(em, { digest, format, news: news(), actor, at: new Date() });
  recordTaking(em, principal, { id: result.id, digest, words: lines.length });
  return made(202, result.id, bankResultView(result, lines));
}

interface TakenNews {
  readonly format: BankResultFormat;
  readonly digest: string;
  readonly news: () => BankNews;
}

function newsIn(list: z.output<typeof jsonList>, textBody: TextBody | null): TakenNews {
  if (textBody === null) {
    const words = list.results.map(({ reason, ...word }) => ({ ...word, reason: reason ?? null, amountMinor: null }));
    const digest = digestOf(canonicalJson(list));
    return { format: 'json', digest, news: () => requireSense({ words, files: [] }) };
  }
  const format = formats[textBody.type] ?? 'csv';
  return { format, digest: digestOf(textBody.text), news: () => readBankResult(format, textBody.text) };
}

function digestOf(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

function duplicate(): DomainError {
  return new DomainError('bank_result_duplicate', 'These bytes were taken before; nothing is booked twice.');
}

type Recording = Parameters<typeof recordAct>[0];

function recordTaking(em: Recording, principal: Principal, taken: { id: string; digest: string; words: number }): void {
  recordAct(em, {
    ...signatureOf(principal),
    action: 'bank_result.take',
    target: taken.id,
    organisationId: null,
    after: { digest: taken.digest, words: taken.words },
  });
}

function get({ orm }: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/bank-results/:id',
    tag,
    summary: 'Read what a bank said and what was booked of it',
    description: '`contradicts`: it cannot be so, nothing was booked, and the payout wants attention.',
    policy: keyed('platform', 'payments.global.view'),
    params: idParam('bankResult'),
    responses: { 200: { description: 'As it stands', schema: bankResultSchema } },
    handle: async ({ principal, params }) => {
      const found = await new ScopedPayouts(unitOfWork(orm), principal).bankResult(params.id);
      if (found === null) throw new DomainError('not_found', 'There is no such result.');
      return { status: 200, body: bankResultView(found.result, found.lines) };
    },
  });
}
