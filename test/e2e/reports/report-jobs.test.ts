import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { newId } from '../../../src/entities/new-id.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { openDatabase } from '../../support/database.ts';
import { Host } from '../../support/members.ts';
import { until } from '../../support/until.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly progress: number;
  readonly asOf: string;
  readonly reason: string | null;
  readonly file: { readonly bytes: number; readonly sha256: string; readonly link: { readonly url: string } } | null;
}

let counter: Counter;
let database: Connection;
beforeAll(async () => {
  counter = await openCounter({ env: { REPORT_SWEEP_MS: '300' } });
  database = await openDatabase(counter.databaseUrl);
  const host = new Host(counter);
  for (const [balance, firstName] of [7_000, 0, 355_50].map((cents, n) => [cents, `Member ${n}`] as const)) {
    await host.member(balance, { firstName });
  }
}, 60_000);
afterAll(async () => {
  await database.end();
  await counter.close();
});

const bytesOf = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${counter.apiUrl}${path}`, { headers });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};
const keyed = () => ({ authorization: `Bearer ${counter.shop.secret}` });

async function ask(wish: object): Promise<string> {
  const answer = await counter.till.post<Shown>('/v1/reports/jobs', wish, randomUUID());
  expect([answer.status, answer.body.state]).toEqual([202, 'queued']);
  return answer.body.id;
}

async function ended(id: string): Promise<Shown> {
  const show = async () => (await counter.till.get<Shown>(`/v1/reports/jobs/${id}`)).body;
  await until(async () => !['queued', 'running'].includes((await show()).state));
  return show();
}

/** A report that was written down when nobody could be told of it. */
async function writtenDown(more: { report?: string; state?: string; updatedAt?: string; attempts?: number } = {}) {
  const id = newId('reportJob');
  const { report = 'member-balances', state = 'queued', updatedAt = '2026-01-01', attempts = 0 } = more;
  await database.query(
    `INSERT INTO report_job (id, report, format, params, as_of, requester, actor, state, attempts, link_key, created_at, updated_at)
     VALUES (?, ?, 'csv', '{}', '2026-03-01T00:00:00Z', 'x', 'key_1', ?, ?, ?, '2026-01-01', ?)`,
    [id, report, state, attempts, 'ab'.repeat(32), updatedAt],
  );
  return id;
}

describe('a report made in the background', () => {
  it('has the same bytes as the direct download for the same instant and caller, as CSV and as a workbook', async () => {
    for (const [report, format] of [
      ['member-balances', 'csv'],
      ['organisation-movements', 'xlsx'],
      ['card-transactions', 'csv'],
    ] as const) {
      const job = await ended(await ask({ report, format }));
      expect([report, job.state, job.progress]).toEqual([report, 'done', 100]);
      const file = await bytesOf(job.file!.link.url);
      const direct = await bytesOf(`/v1/reports/${report}.${format}?asOf=${job.asOf}`, keyed());
      expect([report, file.status, direct.status]).toEqual([report, 200, 200]);
      expect([report, file.bytes.equals(direct.bytes)]).toEqual([report, true]);
      expect(file.headers.get('content-disposition')).toBe(direct.headers.get('content-disposition'));
      expect(createHash('sha256').update(file.bytes).digest('hex')).toBe(job.file!.sha256);
      expect(file.bytes).toHaveLength(job.file!.bytes);
    }
  });

  it('keeps its bytes when somebody is renamed later, as a direct download does not', async () => {
    const job = await ended(await ask({ report: 'member-balances' }));
    const read = async () => (await bytesOf((await ended(job.id)).file!.link.url)).bytes;
    const before = await read();
    expect(before.toString()).toContain('Member 2');
    await database.query("UPDATE member SET first_name = 'Renamed' WHERE first_name = 'Member 2'");
    expect((await read()).equals(before)).toBe(true);
    const direct = await bytesOf(`/v1/reports/member-balances.csv?asOf=${job.asOf}`, keyed());
    expect([direct.status, direct.bytes.toString().includes('Renamed')]).toEqual([200, true]);
  });

  it('is fetched without a key by a link that expires, cannot be bent, and dies with the file', async () => {
    const job = await ended(await ask({ report: 'member-balances' }));
    const { url } = job.file!.link;
    const parts = new URL(url, counter.apiUrl).searchParams;
    expect((await bytesOf(url)).status).toBe(200);
    const later = `${Number(parts.get('expires')) + 1}`;
    expect((await bytesOf(url.replace(parts.get('expires')!, later))).status).toBe(404);
    expect((await bytesOf(url.replace(job.id, await writtenDown()))).status).toBe(404);
    const [rows] = await database.query('SELECT link_key FROM report_job WHERE id = ?', [job.id]);
    const [{ link_key: key }] = rows as [{ link_key: string }];
    const signature = createHmac('sha256', Buffer.from(key, 'hex')).update(`${job.id}.1000`).digest('hex');
    const old = await bytesOf(`/v1/reports/files/${job.id}?expires=1000&signature=${signature}`);
    expect([old.status, JSON.parse(old.bytes.toString())]).toMatchObject([403, { code: 'link_expired' }]);
    await database.query("UPDATE report_job SET expires_at = '2026-01-01' WHERE id = ?", [job.id]);
    await until(async () => (await counter.till.get<Shown>(`/v1/reports/jobs/${job.id}`)).body.state === 'expired');
    expect((await bytesOf(url)).status).toBe(404);
    const [left] = await database.query('SELECT COUNT(*) AS pieces FROM report_piece WHERE job_id = ?', [job.id]);
    expect(left).toEqual([{ pieces: 0 }]);
  });

  it('is made from its row alone when its queue lost it, and again when whoever made it fell silent', async () => {
    const lost = await writtenDown();
    const silent = await writtenDown({ state: 'running', attempts: 1 });
    for (const id of [lost, silent]) expect(await ended(id)).toMatchObject({ state: 'done', progress: 100 });
    const [rows] = await database.query('SELECT attempts FROM report_job WHERE id = ?', [silent]);
    expect(rows).toEqual([{ attempts: 2 }]);
  });

  it('fails where everybody sees it, with the reason', async () => {
    const gone = await writtenDown({ report: 'no-such-report' });
    expect(await ended(gone)).toMatchObject({
      ...{ state: 'failed', file: null, reason: 'There is no report called no-such-report any more.' },
    });
    const hopeless = await writtenDown({ state: 'running', attempts: 3 });
    expect(await ended(hopeless)).toMatchObject({ state: 'failed', reason: expect.stringContaining('several times') });
  });

  it('is refused before anything is written down when it cannot be made', async () => {
    const refused = [
      [{ report: 'nonsense' }, 'report'],
      [{ report: 'member-balances', format: 'pdf' }, 'format'],
      [
        { report: 'specific-transactions', params: { type: 'foo', from: '2026-01-15', to: '2026-01-15' } },
        'params.type',
      ],
      [{ report: 'card-transactions', params: { from: '2026-02-02', to: '2026-02-01' } }, 'to'],
      [{ report: 'member-balances', asOf: '2999-01-01T00:00:00Z' }, 'asOf'],
    ] as const;
    for (const [wish, field] of refused) {
      const { status, body } = await counter.till.post<{ code: string; errors: { field: string }[] }>(
        '/v1/reports/jobs',
        wish,
        randomUUID(),
      );
      expect([status, body.code, body.errors[0]?.field]).toEqual([422, 'invalid_request', field]);
    }
  });
});
