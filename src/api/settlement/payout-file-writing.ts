import { createHash } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import type { SettlementRunId } from '../../domain/ids.ts';
import { personOf, signatureOf, type Principal } from '../../domain/principal.ts';
import type { PayoutFileFormat } from '../../domain/settlement/payout.ts';
import { recordAct } from '../../entities/audit.ts';
import type { Done } from '../../entities/idempotency.ts';
import {
  beginPayoutFile,
  fileEntriesOf,
  filePayouts,
  lockPlannedPayouts,
} from '../../entities/settlement/payout-filing.ts';
import type { PayoutFile } from '../../entities/settlement/payout-file.entity.ts';
import { openText, sealText } from '../../entities/sealed-text.ts';
import { businessDayOf } from '../../reports/settlement/business-days.ts';
import { formatCurrency, payoutFileText } from '../../reports/payout-files/payout-file-text.ts';
import { made } from '../once.ts';
import { payoutFileView } from './payout-view.ts';
import type { PayoutSettings } from './payout-writing.ts';
import { refusedField } from '../refused-field.ts';

/** What is to be put into one file. */
export interface PayoutFileWish {
  readonly currency: string;
  readonly format: PayoutFileFormat;
  readonly run?: string | undefined;
}

/**
 * Writes one bank file with all payouts that wait for one, in one transaction: its bytes, its lines and the payouts' new
 * state, so that a payout stands in one file and no other (decisions D30). Throws `nothing_to_pay`,
 * `originator_missing`, `payout_file_refused`.
 */
export async function writePayoutFile(
  em: SqlEntityManager,
  settings: PayoutSettings,
  { principal, wish }: { readonly principal: Principal; readonly wish: PayoutFileWish },
): Promise<Done> {
  const { currency, format } = wish;
  requireCurrency(format, currency);
  const run = (wish.run ?? null) as SettlementRunId | null;
  const payouts = await lockPlannedPayouts(em, { currency, run });
  if (payouts.length === 0) throw new DomainError('nothing_to_pay', `No payout in ${currency} waits for a bank file.`);
  const at = new Date();
  const file = await beginPayoutFile(em, { run, format, currency, actor: principal.asserted ?? principal.keyId, at });
  const text = payoutFileText({
    format,
    originator: settings.originators[currency] ?? null,
    content: {
      fileNo: file.no,
      currency,
      createdAt: at.toISOString(),
      businessDay: businessDayOf(at.toISOString(), settings.calendar),
      zone: settings.calendar.zone,
      requester: personOf(principal) ?? principal.name,
      entries: await fileEntriesOf(em, settings.sealKeys, payouts),
    },
  });
  filePayouts(em, file, payouts);
  file.digest = createHash('sha256').update(text, 'utf8').digest('hex');
  file.sealed = sealText(settings.sealKeys, file.id, text);
  recordFileAct(em, principal, { file, action: 'payout_file.create' });
  return made(201, file.id, payoutFileView(file));
}

/** The bytes as they were issued; that somebody took them is written down. */
export function readPayoutFile(
  em: SqlEntityManager,
  { sealKeys }: PayoutSettings,
  { principal, file }: { readonly principal: Principal; readonly file: PayoutFile },
): string {
  recordFileAct(em, principal, { file, action: 'payout_file.download' });
  return openText(sealKeys, file.id, file.sealed);
}

/** The bank took the file: from now on, for direct entry, silence is a yes. The first word counts. */
export function acceptPayoutFile(
  em: SqlEntityManager,
  { principal, file, reason }: { readonly principal: Principal; readonly file: PayoutFile; readonly reason: string },
): Done {
  file.acceptedAt ??= new Date();
  recordFileAct(em, principal, { file, action: 'payout_file.accept', reason });
  return made(200, file.id, payoutFileView(file));
}

interface FileAct {
  readonly file: PayoutFile;
  readonly action: string;
  readonly reason?: string;
}

function recordFileAct(em: SqlEntityManager, principal: Principal, { file, action, reason }: FileAct): void {
  const { id: target, digest, payouts, format } = file;
  recordAct(em, {
    ...signatureOf(principal),
    ...{ action, target, organisationId: null, after: { digest, payouts, format } },
    ...(reason === undefined ? {} : { reason }),
  });
}

function requireCurrency(format: PayoutFileFormat, currency: string): void {
  const needed = formatCurrency[format];
  if (needed === null || needed === currency) return;
  throw refusedField('currency_mismatch', 'currency', `must be ${needed} for a ${format} file`);
}
