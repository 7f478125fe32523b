import { parseCurrency } from '../../domain/currency.ts';
import { memberAccount } from '../../domain/ledger-account.ts';
import type { SqlReader } from '../../ledger/sql-reader.read.ts';
import { readHolderBalance, readHolderBalanceAt, type BalanceInstant, type HolderBalance } from '../holder-balance.ts';
import type { StatementMember } from '../statement-header.ts';

/** A member's balance as it stands now. */
export function readMemberBalance(reader: SqlReader, member: StatementMember): Promise<HolderBalance> {
  return readHolderBalance(reader, accountOf(member));
}

/** A member's balance at an instant. */
export function readMemberBalanceAt(
  reader: SqlReader,
  member: StatementMember,
  instant: BalanceInstant,
): Promise<HolderBalance> {
  return readHolderBalanceAt(reader, accountOf(member), instant);
}

function accountOf(member: StatementMember) {
  return memberAccount(member.id, parseCurrency(member.currency));
}
