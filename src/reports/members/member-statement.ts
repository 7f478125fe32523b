import type { AutoTopUpState } from '../../domain/cards/auto-top-up.ts';
import { parseCurrency, type Currency } from '../../domain/currency.ts';
import { memberAccount } from '../../domain/ledger-account.ts';
import { money, subtract, zero, type Money } from '../../domain/money.ts';
import { refundObstacle, type RefundObstacle } from '../../domain/payments/refund-eligibility.ts';
import { numberIn, textIn, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { readStatementCut, type StatementRange } from '../statement-cut.ts';
import {
  currentBalanceOf,
  shownBalance,
  statementHeaderOf,
  type StatementHeader,
  type StatementMember,
} from '../statement-header.ts';
import { readStatementRows, type StatementCard, type StatementRow } from '../statement-rows.ts';

/** Whether the member can have a card payment back, and how much is left of it. */
export interface RefundOffer {
  readonly eligible: boolean;
  readonly reason: RefundObstacle | null;
  readonly amount: Money;
}

/** A page of a member's statement, the newest row first. */
export interface StatementPage {
  readonly header: StatementHeader;
  readonly balance: Money;
  /** `Nil` for an account without any row, else the balance with its thousands apart. */
  readonly balanceShown: string;
  readonly autoTopUp: AutoTopUpStanding;
  readonly rows: readonly (StatementRow & { readonly refund: RefundOffer | null })[];
  /** To be passed for the next page; null on the last. */
  readonly nextCursor: number | null;
}

/** Whether and by how much the balance is refilled by card. */
export interface AutoTopUpStanding {
  readonly state: AutoTopUpState;
  readonly amount: Money | null;
}

export interface StatementPageQuery extends StatementRange {
  readonly limit: number;
  /** The `nextCursor` of the page before; absent for the newest rows. */
  readonly cursor?: number | undefined;
  /** What refunds are judged at, and how old card money may be. */
  readonly now: Date;
  readonly ageLimitWeeks: number;
}

/** Reads a page in three statements, however long the history and the page are (W-40). */
export async function readMemberStatement(
  reader: SqlReader,
  member: StatementMember,
  query: StatementPageQuery,
): Promise<StatementPage> {
  const currency = parseCurrency(member.currency);
  const cut = await readStatementCut(reader, memberAccount(member.id, currency).code, query);
  const autoTopUp = await readAutoTopUp(reader, member.id, currency);
  const balance = currentBalanceOf(cut);
  const top = { header: statementHeaderOf(member), balance: balance ?? zero(currency), autoTopUp };
  const balanceShown = shownBalance(balance);
  if (cut === null) return { ...top, balanceShown, rows: [], nextCursor: null };
  const found = await readStatementRows(reader, {
    accountId: cut.accountId,
    memberId: member.id,
    firstSeq: cut.firstSeq,
    lastSeq: Math.min(cut.lastSeq, (query.cursor ?? Number.MAX_SAFE_INTEGER) - 1),
    limit: query.limit + 1,
  });
  const rows = found.slice(0, query.limit).map((row) => {
    const refund = row.card === null ? null : refundOfferOf(row.card, { ...query, available: cut.available });
    return { ...row, refund };
  });
  return { ...top, balanceShown, rows, nextCursor: found.length > query.limit ? (rows.at(-1)?.seq ?? null) : null };
}

/** What stands between a member and the rest of a card payment at `now`, with `available` to be spent. */
export function refundOfferOf(
  card: StatementCard,
  { available, now, ageLimitWeeks }: Pick<StatementPageQuery, 'now' | 'ageLimitWeeks'> & { readonly available: Money },
): RefundOffer {
  const reason = refundObstacle({
    capturedMinor: card.captured.amountMinor,
    refundedMinor: card.refunded.amountMinor,
    receiptUrl: card.receiptUrl,
    balanceMinor: available.amountMinor,
    capturedAt: card.capturedAt,
    ageLimitWeeks,
    now,
  });
  return { eligible: reason === null, reason, amount: subtract(card.captured, card.refunded) };
}

async function readAutoTopUp(reader: SqlReader, memberId: string, currency: Currency): Promise<AutoTopUpStanding> {
  const [row] = await reader.rows('SELECT state, amount_minor FROM auto_top_up WHERE member_id = ?', [memberId]);
  if (row === undefined) return { state: 'off', amount: null };
  const amount = row['amount_minor'] === null ? null : money(numberIn(row, 'amount_minor'), currency);
  return { state: textIn(row, 'state') as AutoTopUpState, amount };
}
