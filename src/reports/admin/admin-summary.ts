import { estimatedCardFee } from '../../domain/cards/card-cost.ts';
import { parseCurrency, type Currency } from '../../domain/currency.ts';
import { add, money, ratioRoundedHalfUp, subtract, zero, type Money } from '../../domain/money.ts';
import { numberIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';
import { readCardCost } from './card-payments.ts';
import { readBalanceTotals, type BalancesCut, type BalanceTotals } from './holder-balances.ts';

/** What we owe, and to how many (cobalt.md 3.5). */
export interface AdminSummary {
  readonly members: BalanceTotals & { readonly all: number; readonly autoTopUp: number };
  readonly organisations: BalanceTotals & { readonly all: number };
  readonly netLiability: Money;
  /** Of the 30 days before; refunds are not deducted. */
  readonly cardMoney: Money;
}

/** In three statements, however many there are. */
export async function readAdminSummary(reader: SqlReader, cut: BalancesCut): Promise<AdminSummary> {
  const at = databaseTime(cut.asOf);
  const members = await readBalanceTotals(reader, 'member', cut);
  const organisations = await readBalanceTotals(reader, 'organisation', cut);
  const [row] = await reader.rows(
    `SELECT (SELECT COUNT(*) FROM member) AS members, (SELECT COUNT(*) FROM organisation) AS organisations,
       (SELECT COUNT(*) FROM auto_top_up WHERE state = 'on') AS auto_top_ups,
       (SELECT CAST(COALESCE(SUM(captured_minor), 0) AS SIGNED) FROM card_transaction
        WHERE currency = ? AND captured_at > ? - INTERVAL 30 DAY AND captured_at <= ?) AS card_minor`,
    [cut.currency, at, at],
  );
  return {
    members: { ...members, all: countIn(row, 'members'), autoTopUp: countIn(row, 'auto_top_ups') },
    organisations: { ...organisations, all: countIn(row, 'organisations') },
    netLiability: add(members.total, organisations.total),
    cardMoney: money(countIn(row, 'card_minor'), parseCurrency(cut.currency)),
  };
}

/** What there was in all; every figure is zero in an empty system (decisions D22, W-38). */
export interface Statistics {
  /** Whose account has any entry. */
  readonly members: number;
  /** Card payments that were paid. */
  readonly cardPayments: number;
  readonly paid: Money;
  readonly refunds: Money;
  readonly paidLessRefunds: Money;
  /** Everything that came to members and organisations, and by card. */
  readonly turnover: Money;
  /** Of a card payment. */
  readonly average: Money;
  /** What settlements left us, tax included; nothing is guessed. */
  readonly operatorFees: Money;
  /** Null where nobody set what cards cost. */
  readonly cardFees: Money | null;
}

/** In four statements over the whole book, of entries recorded until `asOf`. */
export async function readStatistics(reader: SqlReader, cut: BalancesCut): Promise<Statistics> {
  const currency = parseCurrency(cut.currency);
  const at = databaseTime(cut.asOf);
  const cards = await readCards(reader, { at, currency });
  const [credited] = await reader.rows(
    `SELECT COUNT(DISTINCT IF(a.kind = 'member', a.id, NULL)) AS members,
       CAST(COALESCE(SUM(IF(e.side = 'credit', e.amount_minor, 0)), 0) AS SIGNED) AS credited_minor
     FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
     WHERE a.kind IN ('member', 'organisation') AND a.currency = ? AND e.recorded_at <= ?`,
    [currency, at],
  );
  const cost = await readCardCost(reader, cut.asOf);
  const paidLessRefunds = subtract(cards.paid, cards.refunds);
  return {
    members: countIn(credited, 'members'),
    cardPayments: cards.count,
    ...{ paid: cards.paid, refunds: cards.refunds, paidLessRefunds },
    turnover: add(money(countIn(credited, 'credited_minor'), currency), cards.paid),
    average: averageOf(cards.paid, cards.count),
    operatorFees: await readOperatorFees(reader, { at, currency }),
    cardFees: cost === null ? null : estimatedCardFee(paidLessRefunds, cost, cards.count),
  };
}

interface Cut {
  /** As the database writes it. */
  readonly at: string;
  readonly currency: Currency;
}

async function readCards(reader: SqlReader, { at, currency }: Cut) {
  const [row] = await reader.rows(
    `SELECT COUNT(*) AS found, CAST(COALESCE(SUM(captured_minor), 0) AS SIGNED) AS paid_minor,
       CAST(COALESCE(SUM(refunded_minor), 0) AS SIGNED) AS refunded_minor
     FROM card_transaction WHERE captured_minor > 0 AND currency = ? AND captured_at <= ?`,
    [currency, at],
  );
  return {
    count: countIn(row, 'found'),
    paid: money(countIn(row, 'paid_minor'), currency),
    refunds: money(countIn(row, 'refunded_minor'), currency),
  };
}

/** Fees with their tax, as they were booked; what was given up counts against them. */
async function readOperatorFees(reader: SqlReader, { at, currency }: Cut): Promise<Money> {
  const [row] = await reader.rows(
    `SELECT CAST(COALESCE(SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)), 0) AS SIGNED) AS fee_minor
     FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE a.kind IN ('income/settlement-fee', 'tax') AND a.currency = ? AND e.recorded_at <= ?
       AND t.kind IN ('settlement', 'manual-settlement', 'payout-given-up')`,
    [currency, at],
  );
  return money(countIn(row, 'fee_minor'), currency);
}

function averageOf(total: Money, count: number): Money {
  return count === 0
    ? zero(total.currency)
    : ratioRoundedHalfUp(BigInt(total.amountMinor), BigInt(count), total.currency);
}

function countIn(row: BookRow | undefined, column: string): number {
  return row === undefined ? 0 : numberIn(row, column);
}
