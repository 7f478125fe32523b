import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { organisationId, type OrganisationId } from '../../src/domain/ids.ts';
import { commitRiders } from '../../src/entities/commit-riders.ts';
import { newId } from '../../src/entities/new-id.ts';
import { OrganisationLetterDeliveries } from '../../src/entities/organisations/organisation-letter-deliveries.ts';
import {
  organisationLetterRiders,
  type OrganisationLetterWord,
} from '../../src/entities/organisations/organisation-letters.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { createMailer, type Mailer } from '../../src/jobs/mailer.ts';
import { sendLetters, type SendLettersDependencies } from '../../src/jobs/organisations/send-letters.job.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { mailsIn } from '../support/mails.ts';

const began = new Date('2026-11-21T09:00:00.000Z');
let database: TestDatabase;
let pool: SqlPool;
let outboxDir: string;
let now: Date;
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
  await database.query('DELETE FROM organisation_letter');
  outboxDir = await mkdtemp(join(tmpdir(), 'tillflow-outbox-'));
  [now, mailers] = [began, []];
});
afterEach(async () => {
  for (const mailer of mailers) mailer.close();
  await rm(outboxDir, { recursive: true, force: true });
});

function deps(smtpUrl?: string): SendLettersDependencies {
  const mailer = createMailer({ smtpUrl, outboxDir, from: 'Club <money@club.example>' });
  mailers.push(mailer);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const noticeLinks = { set_up: '', statement: '', settings: '', top_up: '', pay_now: '' };
  return { letters: new OrganisationLetterDeliveries(pool), mailer, noticeLinks, log, now: () => now };
}

async function organisation(): Promise<OrganisationId> {
  const id = organisationId(newId('organisation'));
  await database.query(
    `INSERT INTO organisation (id, name, status, zone, created_at) VALUES (?, 'Rival Club', 'active', 'UTC', UTC_TIMESTAMP(6))`,
    [id],
  );
  return id;
}

async function advise(more: Partial<OrganisationLetterWord> = {}): Promise<void> {
  const facts = { subject: 'Payout 7: 970.00 AUD was paid', text: 'We have paid 970.00 AUD. The advice is attached.' };
  const word = { organisationId: await organisation(), kind: 'payout', recipient: 'office@rival.example' };
  const riders = organisationLetterRiders(
    { ...(word as OrganisationLetterWord), dedupeKey: newId('organisationLetter'), facts, ...more },
    began,
  );
  await commitRiders(pool, riders);
}

const rows = () =>
  database.query<{ state: string; attempts: number }>('SELECT state, attempts FROM organisation_letter');

describe('the sender of letters to organisations', () => {
  it('sends the words and the very bytes of the attachment to the address of the office, once', async () => {
    const content = Buffer.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff, 0x0a, 0x27]);
    await advise({ attachment: { name: 'advice-7.pdf', content } });
    expect(await sendLetters(deps())).toBe(1);
    expect(await sendLetters(deps())).toBe(0);
    const [mail] = await mailsIn(outboxDir);
    expect([mail?.to, mail?.subject]).toEqual(['office@rival.example', 'Payout 7: 970.00 AUD was paid']);
    expect(mail?.text).toContain('Dear Rival Club,');
    expect(mail?.text).toContain('We have paid 970.00 AUD. The advice is attached.');
    expect(mail?.attachments).toEqual([{ name: 'advice-7.pdf', bytes: content }]);
    expect(await rows()).toEqual([{ state: 'sent', attempts: 1 }]);
  });

  it('puts one off that the server does not take, and sends it when it is due again', async () => {
    await advise();
    expect(await sendLetters(deps(`smtp://127.0.0.1:${await freePort()}`))).toBe(0);
    expect(await rows()).toEqual([{ state: 'pending', attempts: 1 }]);
    expect(await sendLetters(deps())).toBe(0);
    now = new Date(began.getTime() + 60_000);
    expect(await sendLetters(deps())).toBe(1);
    expect(await rows()).toEqual([{ state: 'sent', attempts: 2 }]);
  });

  it('queues nothing for an organisation without an address', async () => {
    await advise({ recipient: null });
    expect(await rows()).toEqual([]);
  });
});
