import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** Reads a test's database beside the product; a statement changes nothing. */
export interface Rows {
  all<Row extends object>(sql: string, values?: readonly (string | number)[]): Promise<Row[]>;
  /** The one figure that the statement answers. */
  count(sql: string, values?: readonly (string | number)[]): Promise<number>;
  close(): Promise<void>;
}

export async function openRows(databaseUrl: string): Promise<Rows> {
  const connection = await createConnection({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:'), dateStrings: true });
  const all: Rows['all'] = async <Row extends object>(sql: string, values: readonly (string | number)[] = []) => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return rows.map((row) => ({ ...row })) as unknown as Row[];
  };
  return {
    all,
    count: async (sql, values) => {
      const [row] = await all<Record<string, unknown>>(sql, values);
      return Number(Object.values(row ?? {})[0]);
    },
    close: () => connection.end(),
  };
}

/** Events that were acknowledged and are neither settled nor on their way: there must be none when a fault is over. */
export const unsettledEvents = "SELECT COUNT(*) FROM provider_event WHERE state IN ('received', 'parked')";

/** The payment of a sale at the processor. */
export async function paymentOf(rows: Rows, saleId: string): Promise<string> {
  const [row] = await rows.all<{ payment_ref: string | null }>('SELECT payment_ref FROM sale WHERE id = ?', [saleId]);
  if (typeof row?.payment_ref !== 'string') throw new Error(`Sale ${saleId} has no payment yet.`);
  return row.payment_ref;
}
