import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createPoster } from '../../../src/ledger/poster.ts';
import { ClubBook } from '../../reports/club-book.ts';
import { mailsTo } from '../../support/mails.ts';
import { MonthEnd } from '../../support/month-end.ts';
import { linesOn, readPdf } from '../../support/pdf.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let office: MonthEnd;
beforeAll(async () => {
  const issuer = { name: 'Example Pty Ltd', address: '1 High Street\nSydney NSW 2000', taxId: '51 824 753 556' };
  office = await MonthEnd.open({ without: [], env: { INVOICE_ISSUER: JSON.stringify(issuer) } });
}, 60_000);
afterEach(async () => expectBooksInOrder(office.counter.databaseUrl));
afterAll(() => office.close());

interface SettledClub {
  readonly organisation: string;
  readonly no: number;
  readonly email: string;
  readonly payout: string;
  readonly payoutNo: number;
}

interface Wish {
  readonly isInternal?: boolean;
  readonly feeBp?: number;
}

/**
 * A club that had 100.00 before October, in October 400.00 for one session, 150.00 and 50.50 for one event, 20.00 given
 * back for the session and 300.00 from members, and 1.00 after it; it keeps 200.00 and is settled 780.50.
 */
async function settledClub({ isInternal = false, feeBp = 500 }: Wish = {}): Promise<SettledClub> {
  const zone = office.zone();
  const poster = createPoster({ databaseUrl: office.counter.databaseUrl });
  const query = async <T>(sql: string, values: readonly unknown[] = []) => (await office.sql(sql, values)) as T[];
  const book = new ClubBook({ query }, poster);
  const address = '7 Bridge Road\nŁódź';
  const club = await book.club('Żółw & Ōtepoti Bridge', { zone, address });
  const [monday, congress] = [randomUUID(), randomUUID()];
  await book.named('session', monday, 'Monday pairs', ['2026-10-05', null]);
  await book.named('event', congress, 'Open teams', ['2026-10-17', 'Spring congress']);
  await book.paid(club, 10_000, { at: '2026-09-20T00:00:00Z' });
  await book.paid(club, 40_000, { session: monday, at: '2026-10-05T03:00:00Z' });
  await book.paid(club, 15_000, { event: congress, type: 'Entry to an event', at: '2026-10-06T03:00:00Z' });
  await book.paid(club, 5_050, { event: congress, type: 'Entry to an event', at: '2026-10-07T03:00:00Z' });
  await book.refunded(club, 2_000, { session: monday, at: '2026-10-08T03:00:00Z' });
  await book.paid(club, 30_000, { type: 'Club Membership', at: '2026-10-09T03:00:00Z' });
  await book.paid(club, 100, { at: '2026-11-03T00:00:00Z' });
  await poster.close();
  await office.sql("UPDATE payment SET state = 'paid' WHERE payee_id = ?", [club.id]);
  const email = `office-${randomUUID()}@rival.example`;
  await office.bank(club.id);
  await office.sql(
    'UPDATE organisation SET address = ?, email = ?, is_internal = ?, float_minor = 20000 WHERE id = ?',
    [...[address, email, isInternal, club.id]],
  );
  await office.fee(feeBp);
  const run = await office.settled(zone);
  const payout = (await office.item(run.id, club.id)).posted!.payoutId;
  const { body } = await office.ask<{ no: number }>(`/v1/payouts/${payout}`);
  return { organisation: club.id, no: club.no, email, payout, payoutNo: body.no };
}

const act = (payout: string, what: 'confirmation' | 'return' | 'retry') =>
  office.ask<{ state: string }>(`/v1/payouts/${payout}/${what}`, { body: { reason: 'said so' } });

async function download(payout: string, secret = office.counter.shop.secret) {
  const headers = { authorization: `Bearer ${secret}` };
  const response = await fetch(`${office.counter.apiUrl}/v1/payouts/${payout}/remittance.pdf`, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

async function issued(payout: string): Promise<Buffer> {
  await until(async () => (await download(payout)).status === 200, { withinMs: 20_000, everyMs: 50 });
  return (await download(payout)).bytes;
}

/** All lines of the document, without the numbers of its pages. */
async function shown(bytes: Buffer): Promise<string[]> {
  const { pages } = await readPdf(bytes);
  return pages.flatMap((page) => linesOn(page)).filter((line) => !line.includes(', page '));
}

async function viewer(organisation?: string): Promise<string> {
  const body = { name: 'club desk', roles: ['payments.manage.view'], ...(organisation ? { organisation } : {}) };
  const made = await office.ask<{ secret: string }>('/v1/api-keys', { body });
  if (made.status !== 201) throw new Error(made.text);
  return made.body.secret;
}

describe('the remittance advice of a payout', () => {
  it('says what the month was made of, what was kept and what is paid to the cent, with a tax invoice', async () => {
    const { payout, payoutNo, no } = await settledClub();
    expect((await act(payout, 'confirmation')).body.state).toBe('confirmed');
    const bytes = await issued(payout);
    const { info } = await readPdf(bytes);
    expect(info['Title']).toBe(`Remittance advice ${payoutNo} for Żółw & Ōtepoti Bridge`);
    const lines = await shown(bytes);
    const [row] = await office.sql(
      'SELECT masked FROM bank_detail b JOIN payout p ON p.bank_detail_id = b.id WHERE p.id = ?',
      [payout],
    );
    const today = lines.find((line) => line.startsWith('Settled on: '))!.slice('Settled on: '.length);
    // 5 % of 780.50 is 39.025: 741.48 are paid (half up), 39.02 are kept, and hold 3.55 of GST.
    expect(lines).toEqual([
      ...['Remittance advice', 'Żółw & Ōtepoti Bridge', '7 Bridge Road', 'Łódź', `Organisation number ${no}`],
      ...[`Payout number: ${payoutNo}`, `Reference: PO-${payoutNo}-1`, 'Period: 1 Oct 2026 to 31 Oct 2026'],
      ...[`Settled on: ${today}`, `Paid to: ${String(row!['masked'])}`, 'Currency: AUD'],
      'What it is made of',
      'Type | What | Date | Entries | Amount',
      'Opening balance | 100.00',
      'Club Payment | Monday pairs | 5 Oct 2026 | 1 | 400.00',
      'Entry to an event | Open teams (Spring congress) | 17 Oct 2026 | 2 | 200.50',
      'Refund | Monday pairs | 5 Oct 2026 | 1 | -20.00',
      'Club Membership | 1 | 300.00',
      'Closing balance | 980.50',
      'What is paid',
      'Settled | 780.50',
      'Fee (5 % of what is settled, with its tax) | -35.47',
      'GST on the fee | -3.55',
      'Payout | 741.48',
      ...['Tax invoice', `Invoice number: ${payoutNo}`, `Invoice date: ${today}`],
      ...['From', 'Example Pty Ltd', '1 High Street', 'Sydney NSW 2000', 'ABN: 51 824 753 556'],
      ...['Invoice to', 'Żółw & Ōtepoti Bridge', '7 Bridge Road', 'Łódź'],
      'Settlement fee for 1 Oct 2026 to 31 Oct 2026 | 35.47',
      'GST 10 % | 3.55',
      'Total AUD | 39.02',
      'Paid: it was kept from what was settled.',
    ]);
  });

  it('is not there before the payout is confirmed, and the same bytes ever after, whatever is renamed', async () => {
    const { payout, organisation } = await settledClub();
    expect((await download(payout)).status).toBe(404);
    await act(payout, 'confirmation');
    const first = await issued(payout);
    await office.sql("UPDATE organisation SET name = 'Another Name', address = NULL WHERE id = ?", [organisation]);
    await act(payout, 'confirmation');
    const again = await download(payout);
    expect(again.bytes.equals(first)).toBe(true);
    expect([again.headers.get('content-type'), again.headers.get('content-disposition')]).toEqual([
      'application/pdf',
      `attachment; filename="remittance-${payout}.pdf"`,
    ]);
    const [row] = await office.sql('SELECT digest FROM remittance_advice WHERE payout_id = ?', [payout]);
    expect(row!['digest']).toBe(createHash('sha256').update(first).digest('hex'));
  });

  it('holds no invoice for an organisation of our own, nor where there is no fee', async () => {
    for (const wish of [{ isInternal: true }, { feeBp: 0 }]) {
      const { payout } = await settledClub(wish);
      await act(payout, 'confirmation');
      const lines = await shown(await issued(payout));
      expect(lines.filter((line) => /invoice/i.test(line))).toEqual([]);
      expect(lines.at(-1)).toBe(wish.isInternal ? 'Payout | 741.48' : 'Payout | 780.50');
    }
  });

  it('goes to the organisation by e-mail once, with the very bytes attached', async () => {
    const { payout, payoutNo, email } = await settledClub();
    await act(payout, 'confirmation');
    await act(payout, 'confirmation');
    const bytes = await issued(payout);
    await letters(email, 1);
    const mails = await mailsTo(office.counter, email);
    expect(mails.map(({ subject }) => subject)).toEqual([`Payout ${payoutNo}: 741.48 AUD was paid`]);
    expect(mails[0]!.attachments.map(({ name }) => name)).toEqual([`remittance-${payout}.pdf`]);
    expect(mails[0]!.attachments[0]!.bytes.equals(bytes)).toBe(true);
  });

  it('stays as it was issued when the money came back and was paid again, and goes along with the new letter', async () => {
    const { payout, email } = await settledClub();
    await act(payout, 'confirmation');
    const first = await issued(payout);
    await letters(email, 1);
    for (const what of ['return', 'retry', 'confirmation'] as const) expect((await act(payout, what)).status).toBe(200);
    await letters(email, 3);
    expect((await download(payout)).bytes.equals(first)).toBe(true);
    const attached = (await mailsTo(office.counter, email)).map(({ attachments }) => attachments.length);
    expect(attached).toEqual([1, 0, 1]);
  });

  it('is seen by its own organisation, and is not there for another', async () => {
    const { payout, organisation } = await settledClub();
    await act(payout, 'confirmation');
    const bytes = await issued(payout);
    const own = await download(payout, await viewer(organisation));
    expect(own.bytes.equals(bytes)).toBe(true);
    const other = await office.club({ zone: office.zone(), balanceMinor: 0 });
    expect((await download(payout, await viewer(other))).status).toBe(404);
  });
});

/** Waits until so many letters were written to `email`. */
async function letters(email: string, count: number): Promise<void> {
  const sql = 'SELECT COUNT(*) AS n FROM organisation_letter WHERE recipient = ?';
  await until(async () => Number((await office.sql(sql, [email]))[0]!['n']) === count, {
    withinMs: 20_000,
    everyMs: 50,
  });
}
