import { money, type Money } from '../../domain/money.ts';
import type { TopUpKind, TopUpState } from '../../domain/cards/top-up.ts';
import {
  currencyIn,
  moneyIn,
  numberIn,
  optionalTextIn,
  optionalTimeIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from '../../ledger/sql-reader.read.ts';

/** A card payment of a member, whatever became of it. */
export interface MemberCardPayment {
  /** Of the top-up that it is for. */
  readonly id: string;
  readonly kind: TopUpKind;
  readonly state: TopUpState;
  readonly amount: Money;
  readonly captured: Money;
  readonly refunded: Money;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly receiptUrl: string | null;
  /** Times are ISO 8601 UTC. */
  readonly createdAt: string;
  readonly capturedAt: string | null;
}

/** The member's newest card payments, the newest first, in one statement. */
export async function readMemberCards(
  reader: SqlReader,
  memberId: string,
  limit: number,
): Promise<readonly MemberCardPayment[]> {
  const rows = await reader.rows(
    `SELECT u.id, u.kind, u.state, u.amount_minor, u.currency, u.brand, u.last4, u.receipt_url, u.created_at,
       c.captured_minor, c.refunded_minor, c.captured_at
     FROM top_up u LEFT JOIN card_transaction c ON c.id = u.card_transaction_id
     WHERE u.member_id = ? ORDER BY u.id DESC LIMIT ?`,
    [memberId, limit],
  );
  return rows.map(cardPayment);
}

function cardPayment(row: BookRow): MemberCardPayment {
  return {
    id: textIn(row, 'id'),
    kind: textIn(row, 'kind') as TopUpKind,
    state: textIn(row, 'state') as TopUpState,
    amount: moneyIn(row, 'amount_minor'),
    captured: amountOrNothing(row, 'captured_minor'),
    refunded: amountOrNothing(row, 'refunded_minor'),
    brand: optionalTextIn(row, 'brand'),
    last4: optionalTextIn(row, 'last4'),
    receiptUrl: optionalTextIn(row, 'receipt_url'),
    createdAt: timeIn(row, 'created_at'),
    capturedAt: optionalTimeIn(row, 'captured_at'),
  };
}

/** A card that was never asked has no row at the processor. */
function amountOrNothing(row: BookRow, column: string): Money {
  return money(row[column] === null ? 0 : numberIn(row, column), currencyIn(row));
}
