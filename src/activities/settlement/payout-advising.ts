import { createHash } from 'node:crypto';
import { commitRiders } from '../../entities/commit-riders.ts';
import { RemittanceAdvice } from '../../entities/settlement/remittance-advice.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { isDuplicate } from '../../entities/sql-pool.ts';
import type { PayoutDossier } from '../../entities/settlement/payout-rows.ts';
import { remittanceAdvicePdf } from '../../reports/settlement/remittance-advice-pdf.ts';
import { readRemittanceAdvice } from '../../reports/settlement/remittance-advice.ts';
import { openPayout, type PayoutDependencies } from './payout-desk.ts';
import { paidLetter } from './payout-letters.ts';

/**
 * Issues the advice of a payout that was paid, and tells its organisation. Each happens once, however often this is
 * tried: what was issued stays as it is, also when the payout comes back and is paid again (decisions D35). Nothing
 * happens to a payout that was not paid.
 */
export async function issueRemittance(deps: PayoutDependencies, request: { payoutId: string }): Promise<void> {
  const dossier = await openPayout(deps, request.payoutId);
  const { payout } = dossier;
  if (payout.state !== 'confirmed') return;
  const issued = await unitOfWork(deps.orm).count(RemittanceAdvice, { payoutId: payout.id });
  if (issued === 0) await issue(deps, dossier);
  await deps.tellOrganisation(paidLetter(dossier));
}

async function issue(deps: PayoutDependencies, dossier: PayoutDossier): Promise<void> {
  const content = await remittanceAdvicePdf(await readRemittanceAdvice(deps, dossier));
  const digest = createHash('sha256').update(content).digest('hex');
  const row = { payout_id: dossier.payout.id, digest, content, created_at: deps.now() };
  try {
    await commitRiders(deps.pool, [{ insert: 'remittance_advice', row }]);
  } catch (error) {
    // A run that was taken for dead has issued it already; that one counts.
    if (!isDuplicate(error)) throw error;
  }
}
