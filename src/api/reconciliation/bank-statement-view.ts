import { z } from 'zod';
import type { BankStatementLine } from '../../entities/reconciliation/bank-statement-line.entity.ts';
import type { BankStatement } from '../../entities/reconciliation/bank-statement.entity.ts';
import { id, money, time } from '../schemas.ts';

const head = {
  id: id('bankStatement'),
  no: z.int(),
  bankRef: z.string().meta({ description: 'Our account there, as in `bank/<bankRef>/<currency>`' }),
  format: z.enum(['csv', 'camt.053']),
  digest: z.string().meta({ description: 'SHA-256 of its bytes, in hexadecimal' }),
  from: z.iso.date(),
  to: z.iso.date().meta({ description: 'Its last day' }),
  opening: money,
  closing: money,
  lineCount: z.int(),
  matched: z.int().meta({ description: 'Lines that are a movement of the book' }),
  createdAt: time,
};

/** A statement without its lines. */
export const bankStatementHeadSchema = z.object(head).meta({ id: 'BankStatementHead' });

/** A statement with its lines. */
export const bankStatementSchema = z
  .object({
    ...head,
    lines: z.array(
      z.object({
        line: z.int(),
        bookedOn: z.iso.date(),
        amount: money.meta({ description: 'Plus is money to us' }),
        reference: z.string(),
        description: z.string(),
        payout: id('payout').nullable(),
        ledgerTransaction: z
          .string()
          .nullable()
          .meta({ description: 'Null while the line is no movement of the book' }),
      }),
    ),
  })
  .meta({ id: 'BankStatement' });

export function bankStatementHeadView(row: BankStatement): z.input<typeof bankStatementHeadSchema> {
  const { no, bankRef, format, digest, currency, lineCount, matched } = row;
  return {
    ...{ id: row.id, no, bankRef, format, digest, from: row.fromDay, to: row.toDay },
    opening: { amount: row.openingMinor, currency },
    closing: { amount: row.closingMinor, currency },
    ...{ lineCount, matched, createdAt: row.createdAt.toISOString() },
  };
}

export function bankStatementView(
  row: BankStatement,
  lines: readonly BankStatementLine[],
): z.input<typeof bankStatementSchema> {
  return {
    ...bankStatementHeadView(row),
    lines: lines.map(({ lineNo, bookedOn, amountMinor, reference, description, payoutId, transactionId }) => ({
      ...{ line: lineNo, bookedOn, amount: { amount: amountMinor, currency: row.currency }, reference, description },
      ...{ payout: payoutId ?? null, ledgerTransaction: transactionId ?? null },
    })),
  };
}
