import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { memberId, type MemberId } from '../../src/domain/ids.ts';
import type { NoticeKind } from '../../src/domain/members/notice.ts';
import { commitRiders } from '../../src/entities/commit-riders.ts';
import { newId } from '../../src/entities/new-id.ts';
import { NoticeDeliveries } from '../../src/entities/members/notice-deliveries.ts';
import { noticeRider } from '../../src/entities/members/notice-rows.ts';
import { readStanding } from '../../src/entities/members/notice-standing.read.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { createMailer, type Mailer } from '../../src/jobs/mailer.ts';
import { sendNotices, type SendNoticesDependencies } from '../../src/jobs/members/send-notices.job.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { mailsIn } from '../support/mails.ts';

const began = new Date('2026-11-21T09:00:00.000Z');
const from = 'Club <money@club.example>';
let database: TestDatabase;
let pool: SqlPool;
let outboxDir: string;
let now: Date;
let said: object[];
let mailers: Mailer[];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new SqlPool(database.url, 4);
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});
beforeEach(async () => {
  await database.query('DELETE FROM notice');
  outboxDir = await mkdtemp(join(tmpdir(), 'tillflow-outbox-'));
  [now, said, mailers] = [began, [], []];
});
afterEach(async () => {
  for (const mailer of mailers) mailer.close();
  await rm(outboxDir, { recursive: true, force: true });
});

/** By SMTP at `smtpUrl`, else into this test's folder. */
function deps(smtpUrl?: string): SendNoticesDependencies {
  const page = 'https://club.example/{member}';
  const mailer = createMailer({ smtpUrl, outboxDir, from });
  mailers.push(mailer);
  return {
    notices: new NoticeDeliveries(pool),
    readStanding: (member) => readStanding(pool, { ...member, zone: 'Australia/Sydney' }),
    mailer,
    noticeLinks: { set_up: page, statement: page, settings: page, top_up: page, pay_now: page },
    log: {
      info: (facts) => void said.push(facts),
      warn: (facts) => void said.push(facts),
      error: (facts) => void said.push(facts),
    },
    now: () => now,
  };
}

async function member(more: { email?: string | null; system?: boolean; wantsPayments?: boolean } = {}) {
  const id = memberId(newId('member'));
  const { email = `${id}@members.example`, system = false, wantsPayments = true } = more;
  await database.query(
    `INSERT INTO member (id, external_ref, first_name, last_name, email, currency, status, is_system, wants_low_balance_email,
       wants_payments_email, created_at) VALUES (?, ?, 'Betty', 'Bunting', ?, 'AUD', 'active', ?, 1, ?, UTC_TIMESTAMP(6))`,
    [id, id, email, Number(system), Number(wantsPayments)],
  );
  return id;
}

async function tell(to: MemberId, kind: NoticeKind = 'auto_top_up_succeeded', at = began): Promise<void> {
  const facts = { amountMinor: 5_000, currency: 'AUD', isDisabled: true };
  await commitRiders(pool, [noticeRider({ memberId: to, kind, dedupeKey: newId('notice'), facts, inApp: true }, at)]);
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly in_app: number;
  readonly subject: string | null;
  readonly due_at: string | null;
  readonly sent_at: string | null;
}
const rows = () => database.query<Row>('SELECT * FROM notice ORDER BY id');

/** A mail server that takes everything; what it was given is in `mails`. */
async function mailServer(): Promise<{ server: Server; url: string; mails: string[] }> {
  const mails: string[] = [];
  const serve = (socket: Socket): void => {
    let [inData, text] = [false, ''];
    socket.write('220 mail.example\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (let end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n'); end >= 0;) {
        const line = text.slice(0, end);
        text = text.slice(end + (inData ? 5 : 2));
        if (inData) mails.push(line);
        socket.write(inData ? '250 taken\r\n' : line === 'DATA' ? '354 go on\r\n' : '250 fine\r\n');
        inData = !inData && line === 'DATA';
        end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      }
    });
  };
  const port = await freePort();
  const server = createServer(serve).listen(port, '127.0.0.1');
  return { server, url: `smtp://127.0.0.1:${port}`, mails };
}

describe('the sender of notices', () => {
  it('leaves one file for each, which a person can open, and writes down that it was sent', async () => {
    const betty = await member();
    await tell(betty);
    expect(await sendNotices(deps())).toBe(1);
    const [row] = await rows();
    const [mail, ...more] = await mailsIn(outboxDir);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      id: row!.id,
      messageId: `<${row!.id}@club.example>`,
      to: `${betty}@members.example`,
      subject: 'Auto top up successful',
    });
    expect(row).toMatchObject({ state: 'sent', attempts: 1, subject: 'Auto top up successful', due_at: null });
    expect(row!.sent_at).toContain('2026-11-21 09:00:00');
    expect(await readdir(outboxDir)).toEqual([`${row!.id}.eml`]);
  });

  it('sends the same message when it died after sending, and the outbox has it once', async () => {
    await tell(await member());
    await sendNotices(deps());
    const [first] = await mailsIn(outboxDir);
    await database.query("UPDATE notice SET state = 'pending', due_at = created_at");
    expect(await sendNotices(deps())).toBe(1);
    expect(await mailsIn(outboxDir)).toEqual([first]);
  });

  it('takes each once when several processes send, the oldest first', async () => {
    const betty = await member();
    for (let n = 0; n < 25; n += 1) await tell(betty, 'auto_top_up_succeeded', new Date(began.getTime() - n));
    const counts = await Promise.all([sendNotices(deps()), sendNotices(deps()), sendNotices(deps())]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(25);
    expect((await rows()).map(({ state, attempts }) => [state, attempts])).toEqual(
      Array.from({ length: 25 }, () => ['sent', 1]),
    );
    expect(await mailsIn(outboxDir)).toHaveLength(25);
  });

  it('sends nothing to who has no address, or is of the house, and word of payments only to who wants it', async () => {
    await tell(await member({ email: null }));
    await tell(await member({ system: true }));
    const quiet = await member({ wantsPayments: false });
    for (const kind of ['card_refund', 'card_refund_failed', 'auto_top_up_failed'] as const) await tell(quiet, kind);
    expect(await sendNotices(deps())).toBe(2);
    expect((await rows()).map((row) => [row.state, row.in_app])).toEqual([
      ['none', 1],
      ['none', 0],
      ['none', 1],
      ['sent', 1],
      ['sent', 1],
    ]);
    expect((await mailsIn(outboxDir)).map(({ subject }) => subject)).toEqual([
      'Card Refund Failure',
      'Auto Top Up Failure',
    ]);
  });

  it('speaks SMTP where a server is given', async () => {
    const { server, url, mails } = await mailServer();
    const betty = await member();
    await tell(betty);
    expect(await sendNotices(deps(url))).toBe(1);
    const [row] = await rows();
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain(`Message-ID: <${row!.id}@club.example>`);
    expect(mails[0]).toContain('Subject: Auto top up successful');
    expect(await readdir(outboxDir)).toEqual([]);
    for (const mailer of mailers) mailer.close();
    server.close();
  });

  it('waits a minute after a failure, and gives up after about two days, telling no address to the log', async () => {
    await tell(await member());
    const nowhere = deps(`smtp://127.0.0.1:${await freePort()}`);
    expect(await sendNotices(nowhere)).toBe(0);
    const [first] = await rows();
    expect(first).toMatchObject({ state: 'pending', attempts: 1 });
    expect(first!.due_at).toContain('2026-11-21 09:01:00');
    for (let day = 0; day < 20; day += 1) {
      now = new Date(now.getTime() + 24 * 3_600_000);
      await sendNotices(nowhere);
    }
    expect((await rows())[0]).toMatchObject({ state: 'failed', attempts: 15, due_at: null, sent_at: null });
    expect(said.at(-1)).toMatchObject({ kind: 'auto_top_up_succeeded', attempts: 15 });
    expect(JSON.stringify(said)).not.toContain('@');
  });

  it('is not kept from the others by a notice that cannot be written', async () => {
    const betty = await member();
    await tell(betty);
    await database.query("UPDATE notice SET facts = '{}'");
    await tell(betty);
    expect(await sendNotices(deps())).toBe(1);
    expect((await rows()).map(({ state }) => state)).toEqual(['pending', 'sent']);
  });
});
