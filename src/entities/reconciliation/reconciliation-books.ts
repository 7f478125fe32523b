import type { ProviderObjectFact } from '../../domain/reconciliation/processor-books-port.ts';
import {
  lineKey,
  type Match,
  type ObjectStatus,
  type ProviderLine,
} from '../../domain/reconciliation/reconciliation.ts';
import {
  isoTime,
  numberOf,
  optionalText,
  sqlTime,
  textOf,
  type SqlPool,
  type SqlRow,
  type SqlValue,
} from '../sql-pool.ts';

const chunkSize = 1_000;
const pageSize = 5_000;

/** Half-open, ISO 8601 UTC. */
export interface Range {
  readonly from: string;
  readonly until: string;
}

/** A processor's lines and objects as they were read: kept as evidence, and to be compared set by set. */
export class ReconciliationBooks {
  readonly #pool: SqlPool;
  readonly #account: string;

  constructor(pool: SqlPool, processorAccountId: string) {
    this.#pool = pool;
    this.#account = processorAccountId;
  }

  /** Keeps lines; one that was read before stays as it is, settled or not. */
  async keepLines(lines: readonly ProviderLine[]): Promise<void> {
    await this.#inChunks(lines, async (chunk) => {
      await this.#pool.run(
        `INSERT INTO reconciliation_line (processor_account_id, line_ref, source_ref, type, currency, amount_minor,
           fee_minor, match_key, created_at, transaction_id, is_settled)
         VALUES ${tuples(chunk.length, '(?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)')}
         ON DUPLICATE KEY UPDATE is_settled = IF(amount_minor = VALUES(amount_minor) AND fee_minor = VALUES(fee_minor),
           is_settled, 0), amount_minor = VALUES(amount_minor), fee_minor = VALUES(fee_minor)`,
        chunk.flatMap((line) => [
          ...[this.#account, line.lineRef, line.sourceRef, line.type.slice(0, 64), line.currency],
          ...[line.amountMinor, line.feeMinor, lineKey(line), sqlTime(line.createdAt)],
        ]),
      );
    });
  }

  /** Keeps objects as they stand now. */
  async keepObjects(objects: readonly ProviderObjectFact[], seenAt: string): Promise<void> {
    await this.#inChunks(objects, async (chunk) => {
      await this.#pool.run(
        `INSERT INTO reconciliation_object (processor_account_id, object_ref, kind, status, amount_minor, currency,
           created_at, seen_at) VALUES ${tuples(chunk.length, '(?, ?, ?, ?, ?, ?, ?, ?)')}
         ON DUPLICATE KEY UPDATE status = VALUES(status), amount_minor = VALUES(amount_minor), seen_at = VALUES(seen_at)`,
        chunk.flatMap(({ objectRef, kind, status, amountMinor, currency, createdAt }) => [
          ...[this.#account, objectRef, kind, status.slice(0, 24), amountMinor, currency],
          ...[sqlTime(createdAt), sqlTime(seenAt)],
        ]),
      );
    });
  }

  /** Lines of the range, and older ones about which something is open. */
  async linesToCompare({ from, until }: Range): Promise<readonly ProviderLine[]> {
    const inRange = await this.#pages('created_at >= ? AND created_at < ?', [sqlTime(from), sqlTime(until)]);
    const open = await this.#pages('is_settled = 0 AND created_at < ?', [sqlTime(from)]);
    return [...inRange, ...open];
  }

  /** Lines by the names of the parts of them that the book has. */
  async linesOfKeys(keys: readonly string[]): Promise<readonly ProviderLine[]> {
    const lines: ProviderLine[] = [];
    const refs = keys.filter((key) => /^(fee|line):/.test(key)).map((key) => key.slice(key.indexOf(':') + 1));
    await this.#inChunks(refs, async (chunk) => {
      lines.push(...(await this.#lines(`line_ref IN (${tuples(chunk.length, '?')})`, chunk)));
    });
    await this.#inChunks(keys, async (chunk) => {
      lines.push(...(await this.#lines(`match_key IN (${tuples(chunk.length, '?')})`, chunk)));
    });
    return lines;
  }

  /** Objects of the range, and those named, each with what our own rows say of it. */
  async statuses({ from, until }: Range, named: readonly string[]): Promise<readonly ObjectStatus[]> {
    const rows = [
      ...(await this.#pool.rows(statusSql('o.created_at >= ? AND o.created_at < ?'), this.#with(from, until))),
    ];
    await this.#inChunks(named, async (chunk) => {
      rows.push(
        ...(await this.#pool.rows(statusSql(`o.object_ref IN (${tuples(chunk.length, '?')})`), [
          this.#account,
          ...chunk,
        ])),
      );
    });
    const byRef = new Map(rows.map((row) => [textOf(row, 'object_ref'), statusOf(row)]));
    return [...byRef.values()];
  }

  /** What each line is, and that nothing more is open about those in `settled`. */
  async settle(matches: readonly Match[], lines: readonly { readonly lineRef: string; readonly isSettled: boolean }[]) {
    await this.#inChunks(matches, async (chunk) => {
      const pairs = chunk.map(() => 'SELECT ? AS line_ref, ? AS transaction_id').join(' UNION ALL ');
      await this.#pool.run(
        `UPDATE reconciliation_line l JOIN (${pairs}) m ON m.line_ref = l.line_ref
         SET l.transaction_id = m.transaction_id WHERE l.processor_account_id = ?`,
        [...chunk.flatMap(({ lineRef, transactionId }) => [lineRef, transactionId]), this.#account],
      );
    });
    for (const isSettled of [true, false]) {
      const refs = lines.filter((line) => line.isSettled === isSettled).map(({ lineRef }) => lineRef);
      await this.#inChunks(refs, async (chunk) => {
        await this.#pool.run(
          `UPDATE reconciliation_line SET is_settled = ? WHERE processor_account_id = ?
           AND line_ref IN (${tuples(chunk.length, '?')})`,
          [isSettled, this.#account, ...chunk],
        );
      });
    }
  }

  #with(from: string, until: string): SqlValue[] {
    return [this.#account, sqlTime(from), sqlTime(until)];
  }

  async #pages(where: string, values: readonly SqlValue[]): Promise<readonly ProviderLine[]> {
    const lines: ProviderLine[] = [];
    for (;;) {
      const after = lines.at(-1)?.lineRef ?? '';
      const page = await this.#lines(`${where} AND line_ref > ? ORDER BY line_ref LIMIT ${pageSize}`, [
        ...values,
        after,
      ]);
      lines.push(...page);
      if (page.length < pageSize) return lines;
    }
  }

  async #lines(where: string, values: readonly SqlValue[]): Promise<readonly ProviderLine[]> {
    const sql = `SELECT line_ref, source_ref, type, currency, amount_minor, fee_minor, created_at
      FROM reconciliation_line WHERE processor_account_id = ? AND ${where}`;
    return (await this.#pool.rows(sql, [this.#account, ...values])).map(lineOf);
  }

  async #inChunks<T>(items: readonly T[], use: (chunk: readonly T[]) => Promise<void>): Promise<void> {
    for (let at = 0; at < items.length; at += chunkSize) await use(items.slice(at, at + chunkSize));
  }
}

/** Our own word for each object, where we keep a row of it. */
function statusSql(where: string): string {
  return `SELECT o.object_ref, o.kind, o.status, o.created_at, r.state AS refund_state, d.state AS dispute_state,
      c.state AS card_state, p.id AS payout_id, f.id AS payout_back_id
    FROM reconciliation_object o
    LEFT JOIN refund r ON o.kind = 'refund' AND r.processor_account_id = o.processor_account_id AND r.provider_ref = o.object_ref
    LEFT JOIN dispute d ON o.kind = 'dispute' AND d.processor_account_id = o.processor_account_id AND d.provider_ref = o.object_ref
    LEFT JOIN card_transaction c ON o.kind = 'charge' AND c.processor_account_id = o.processor_account_id AND c.charge_ref = o.object_ref
    LEFT JOIN ledger_transaction p ON o.kind = 'payout'
      AND p.op_key = CONCAT(IF(o.amount_minor > 0, 'processor-payout-', 'processor-take-back-'), o.object_ref)
    LEFT JOIN ledger_transaction f ON o.kind = 'payout'
      AND f.op_key = CONCAT(IF(o.amount_minor > 0, 'processor-take-back-', 'processor-payout-'), o.object_ref, '-failed')
    WHERE o.processor_account_id = ? AND ${where}`;
}

function statusOf(row: SqlRow): ObjectStatus {
  const kind = textOf(row, 'kind') as ObjectStatus['kind'];
  const theirs = textOf(row, 'status');
  return {
    objectRef: textOf(row, 'object_ref'),
    kind,
    theirs,
    ours: oursOf[kind](row, theirs),
    createdAt: isoTime(textOf(row, 'created_at')),
  };
}

/** Our word in theirs; theirs where the difference is none: the money of such an object is compared by its lines. */
const oursOf: Readonly<Record<ObjectStatus['kind'], (row: SqlRow, theirs: string) => string | null>> = {
  charge: (row, theirs) => (optionalText(row, 'card_state') === 'captured' ? 'captured' : theirs),
  refund: (row, theirs) => refundWord(optionalText(row, 'refund_state'), theirs),
  dispute: (row) => optionalText(row, 'dispute_state'),
  payout: (row) => {
    if (optionalText(row, 'payout_id') === null) return null;
    return optionalText(row, 'payout_back_id') === null ? 'paid' : 'returned';
  },
};

function refundWord(state: string | null, theirs: string): string | null {
  if (state === null) return null;
  if (state === 'failed' || state === 'refused') return 'failed';
  // A refund made at the processor is a fact for us before the bank is done with it.
  if (state === 'succeeded') return theirs === 'pending' ? theirs : 'succeeded';
  return 'pending';
}

function lineOf(row: SqlRow): ProviderLine {
  return {
    lineRef: textOf(row, 'line_ref'),
    sourceRef: optionalText(row, 'source_ref'),
    type: textOf(row, 'type'),
    currency: textOf(row, 'currency'),
    amountMinor: numberOf(row, 'amount_minor'),
    feeMinor: numberOf(row, 'fee_minor'),
    createdAt: isoTime(textOf(row, 'created_at')),
  };
}

function tuples(count: number, tuple: string): string {
  return Array.from({ length: count }, () => tuple).join(', ');
}
