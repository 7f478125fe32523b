import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import PostalMime from 'postal-mime';
import type { Counter } from './counter.ts';
import { until } from './until.ts';

/** An e-mail of the outbox, as whoever gets it reads it. */
export interface ReceivedMail {
  readonly id: string;
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly { readonly name: string; readonly bytes: Buffer }[];
}

/** Every mail to `address`, in the order of their notices, once nothing is waiting to be sent. */
export async function mailsTo(counter: Counter, address: string): Promise<ReceivedMail[]> {
  await until(async () => (await pendingNotices(counter)) === 0);
  return (await mailsIn(counter.env['OUTBOX_DIR'] ?? '')).filter(({ to }) => to === address);
}

/** Every mail in a folder; one that nobody has written to yet is empty. */
export async function mailsIn(folder: string): Promise<ReceivedMail[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.eml')).sort();
  return Promise.all(files.map((name) => read(folder, name)));
}

async function read(folder: string, name: string): Promise<ReceivedMail> {
  const mail = await PostalMime.parse(await readFile(join(folder, name)));
  return {
    id: name.replace('.eml', ''),
    messageId: mail.messageId ?? '',
    to: mail.to?.[0]?.address ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    attachments: mail.attachments.map(({ filename, content }) => ({
      name: filename ?? '',
      bytes: Buffer.from(content as ArrayBuffer),
    })),
  };
}

async function pendingNotices({ databaseUrl }: Counter): Promise<number> {
  const connection = await createConnection({ uri: databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT id FROM notice WHERE state = 'pending' UNION ALL SELECT id FROM organisation_letter WHERE state = 'pending'",
    );
    return rows.length;
  } finally {
    await connection.end();
  }
}
