import { organisationId, payoutId } from '../../domain/ids.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { organisationLetterRiders } from '../../entities/organisations/organisation-letters.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { RemittanceAdvice } from '../../entities/settlement/remittance-advice.entity.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { isDuplicate } from '../../entities/sql-pool.ts';
import type { PayoutLetter } from './payout-letters.ts';

/** Puts letters about payouts into the post, each once; a remittance advice goes along as it was issued. */
export function payoutPost(deps: Shelf & { readonly now: () => Date }): (letter: PayoutLetter) => Promise<void> {
  return async (letter) => {
    const attachment = letter.withRemittance ? await adviceOf(deps, letter) : null;
    const word = {
      organisationId: organisationId(letter.organisationId),
      recipient: letter.to,
      kind: 'payout',
      dedupeKey: letter.key,
      facts: { subject: letter.subject, text: letter.text },
      ...(attachment === null ? {} : { attachment }),
    } as const;
    try {
      await commitRiders(deps.pool, organisationLetterRiders(word, deps.now()));
    } catch (error) {
      // A run that was taken for dead has posted it already.
      if (!isDuplicate(error)) throw error;
    }
  };
}

async function adviceOf({ orm }: Shelf, { payoutId: id }: PayoutLetter) {
  const advice = await unitOfWork(orm).findOne(RemittanceAdvice, { payoutId: payoutId(id) });
  return advice === null ? null : { name: `remittance-${id}.pdf`, content: Buffer.from(advice.content) };
}
