import { randomUUID } from 'node:crypto';
import { bankAccount, memberAccount, openingAccount } from '../../src/domain/ledger-account.ts';
import { credit, debit, type NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { openingBalance } from '../../src/ledger/postings/correction.ts';
import { payment } from '../../src/ledger/postings/payment.ts';

/** What a club earned in a month that is over, in minor units of AUD. */
export interface Earned {
  readonly organisation: string;
  readonly amountMinor: number;
}

/**
 * Fills the book of a month that is over, since nobody can wait for one: members who brought money paid the clubs, and
 * the money lies at our bank. `member` is any member of the demo.
 */
export async function fillPastMonth(
  databaseUrl: string,
  { at, member, earned }: { readonly at: Date; readonly member: string; readonly earned: readonly Earned[] },
): Promise<void> {
  const poster = createPoster({ databaseUrl, clock: at });
  const total = earned.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  try {
    for (const transaction of [brought(member, total, at), ...earned.map((one) => paid(member, one, at))]) {
      const result = await poster.post(transaction);
      if (result.kind !== 'posted') throw new Error(`The past could not be posted: ${JSON.stringify(result)}`);
    }
  } finally {
    await poster.close();
  }
}

/** Money at the bank that belongs to the member. */
function brought(member: string, totalMinor: number, at: Date): NewLedgerTransaction {
  const total = money(totalMinor, 'AUD');
  const opening = openingBalance({
    ...{ id: randomUUID().slice(0, 20), account: memberAccount(member, 'AUD'), amount: total, actor: 'demo' },
    ...{ occurredAt: at.toISOString(), description: 'Brought from another system' },
  });
  const label = { type: 'Opening Balance' } as const;
  const legs = [...debit(bankAccount('main', 'AUD'), total, label), ...credit(openingAccount('AUD'), total, label)];
  return { ...opening, legs: [...opening.legs, ...legs] };
}

function paid(memberId: string, { organisation, amountMinor }: Earned, at: Date): NewLedgerTransaction {
  return payment({
    ...{
      id: randomUUID().slice(0, 20),
      memberId,
      to: { kind: 'organisation', id: organisation },
      type: 'Club Payment',
    },
    ...{ amount: money(amountMinor, 'AUD'), occurredAt: at.toISOString(), description: 'Table money' },
  });
}
