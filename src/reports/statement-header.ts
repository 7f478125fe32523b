import { formatMajor, type Money } from '../domain/money.ts';
import type { Member } from '../entities/members/member.entity.ts';
import type { StatementCut } from './statement-cut.ts';

/** What of a member's row a statement needs. */
export type StatementMember = Pick<
  Member,
  'id' | 'no' | 'firstName' | 'lastName' | 'currency' | 'homeClub' | 'rankName'
>;

/** What stands above the rows of a statement, as people read it. */
export interface StatementHeader {
  readonly name: string;
  /** The public member number. */
  readonly no: number;
  /** `Unknown` where the host gave none (decisions D15). */
  readonly homeClub: string;
  readonly rank: string | null;
}

/** The member as a statement names them. */
export function statementHeaderOf(member: StatementMember): StatementHeader {
  return {
    name: `${member.firstName} ${member.lastName}`,
    no: member.no,
    homeClub: member.homeClub ?? 'Unknown',
    rank: member.rankName ?? null,
  };
}

/** `Nil` for an account without any row (STM-02), else as `groupedMajor`. */
export function shownBalance(balance: Money | null): string {
  return balance === null ? 'Nil' : groupedMajor(balance);
}

/** What the account holds now, or null when nothing was ever posted to it. */
export function currentBalanceOf(cut: StatementCut | null): Money | null {
  return cut === null || cut.lastEntryAt === null ? null : cut.balance;
}

/** Major units with a comma between thousands: `-1234567` AUD is `-12,345.67`. */
export function groupedMajor(amount: Money): string {
  const [whole = '', fraction] = formatMajor(amount).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
