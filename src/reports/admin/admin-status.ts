import type { Money } from '../../domain/money.ts';
import { moneyIn, optionalTextIn, textIn, timeIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';

/** A card payment of a member as Cobalt's names have it (docs/glossary.md). */
export interface WaitingCard {
  readonly topUp: string;
  readonly member: string;
  readonly memberName: string;
  readonly status: 'Succeeded' | 'Pending' | 'Intent';
  readonly amount: Money;
  readonly paymentRef: string | null;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}

/** Whether card money arrives (cobalt.md 3.9). */
export interface PaymentsStatus {
  readonly status: 'Good' | 'Bad';
  readonly latestCard: WaitingCard | null;
  /** The newest entries of members and of organisations. */
  readonly latestMemberEntryAt: string | null;
  readonly latestOrganisationEntryAt: string | null;
  /** Confirmed by the member, and no money seen for too long (decisions D17). */
  readonly pendingCards: readonly WaitingCard[];
  /** Whose card is still being set up after too long. */
  readonly pendingMembers: readonly { readonly member: string; readonly since: string }[];
}

/** Lists are of the newest; more than so many tell nothing more. */
const shownAtMost = 100;
const intentsShown = 20;

/** `Bad` when anything was pending since before `since` (ISO 8601 UTC); an empty system is `Good` (W-38). */
export async function readPaymentsStatus(reader: SqlReader, since: string): Promise<PaymentsStatus> {
  const before = databaseTime(since);
  const [latestCard] = await cards(reader, `${isBooked} ORDER BY u.id DESC LIMIT 1`, []);
  const pendingCards = await cards(
    reader,
    `u.state IN ('pending', 'unresolved') AND u.kind <> 'auto' AND NOT (${isBooked}) AND u.updated_at <= ? ORDER BY u.id DESC LIMIT ${shownAtMost}`,
    [before],
  );
  const members = await reader.rows(
    `SELECT member_id, updated_at FROM auto_top_up WHERE state = 'pending' AND updated_at <= ? ORDER BY updated_at LIMIT ${shownAtMost}`,
    [before],
  );
  return {
    status: pendingCards.length + members.length === 0 ? 'Good' : 'Bad',
    latestCard: latestCard ?? null,
    latestMemberEntryAt: await latestEntry(reader, 'member'),
    latestOrganisationEntryAt: await latestEntry(reader, 'organisation'),
    pendingCards,
    pendingMembers: members.map((row) => ({ member: textIn(row, 'member_id'), since: timeIn(row, 'updated_at') })),
  };
}

/**
 * What waits for card money, the newest first: pending ones, and some that were only begun. One whose money is in the book
 * is shown as succeeded, whatever its own row says: the book is right, and reading repairs nothing.
 */
export async function readWaitingCards(reader: SqlReader): Promise<readonly WaitingCard[]> {
  const pending = await cards(
    reader,
    `u.state IN ('pending', 'unresolved') AND u.kind <> 'auto' ORDER BY u.id DESC LIMIT ${shownAtMost}`,
    [],
  );
  const begun = await cards(reader, `u.state = 'checkout' ORDER BY u.id DESC LIMIT ${intentsShown}`, []);
  return [...pending, ...begun];
}

const isBooked = "u.state IN ('succeeded', 'late') OR t.id IS NOT NULL";

async function cards(reader: SqlReader, where: string, values: readonly string[]): Promise<readonly WaitingCard[]> {
  const rows = await reader.rows(
    `SELECT u.id, u.member_id, CONCAT(m.first_name, ' ', m.last_name) AS member_name, u.amount_minor, u.currency,
       u.payment_ref, u.created_at, IF(${isBooked}, 'Succeeded', IF(u.state = 'checkout', 'Intent', 'Pending')) AS status
     FROM top_up u JOIN member m ON m.id = u.member_id
     LEFT JOIN ledger_transaction t ON t.op_key = CONVERT(CONCAT('card-in-', u.card_transaction_id) USING ascii) COLLATE ascii_bin
     WHERE ${where}`,
    values,
  );
  return rows.map(waitingCard);
}

function waitingCard(row: BookRow): WaitingCard {
  return {
    topUp: textIn(row, 'id'),
    member: textIn(row, 'member_id'),
    memberName: textIn(row, 'member_name'),
    status: textIn(row, 'status') as WaitingCard['status'],
    amount: moneyIn(row, 'amount_minor'),
    paymentRef: optionalTextIn(row, 'payment_ref'),
    createdAt: timeIn(row, 'created_at'),
  };
}

async function latestEntry(reader: SqlReader, kind: string): Promise<string | null> {
  const [row] = await reader.rows(
    'SELECT MAX(last_recorded_at) AS latest FROM ledger_account WHERE kind = ? AND entry_count > 0',
    [kind],
  );
  return row === undefined || row['latest'] === null ? null : timeIn(row, 'latest');
}
