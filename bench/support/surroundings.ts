import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { runningStack, stateFolder } from '../../test/support/stack.ts';
import { fsyncMs } from './fsync.ts';

/** Prints what a figure depends on, and refuses to measure a database that does not flush at every commit. */
export async function describeSurroundings(say: (line: string) => void, withTemporal: boolean): Promise<void> {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  say(`${date} UTC, ${commit()}, Node ${process.versions.node}`);
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  say(
    `${availableParallelism()} cores, ${gib} GiB, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  say(`fsync ${fsyncMs().toFixed(3)} ms (median of 200 blocks of 4 KiB)`);
  for (const line of await databaseSettings()) say(line);
  if (withTemporal) say(temporalSettings());
}

function commit(): string {
  return `commit ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()}`;
}

async function databaseSettings(): Promise<string[]> {
  const connection = await createConnection({ uri: runningStack().databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT VERSION() AS version, @@innodb_flush_log_at_trx_commit AS flush, @@log_bin AS log_bin, @@sync_binlog AS sync_binlog',
    );
    const { version, flush, log_bin: logBin, sync_binlog: syncBinlog } = rows[0] as Record<string, string | number>;
    const isDurable = flush === 1 && (logBin === 0 || syncBinlog === 1);
    if (!isDurable) throw new Error('The database does not flush at every commit; its speed would mean nothing.');
    return [`database ${version}, innodb_flush_log_at_trx_commit=${flush}, log_bin=${logBin}`];
  } finally {
    await connection.end();
  }
}

/** The development server as it was really started (spec/temporal.md 0.1-1). */
function temporalSettings(): string {
  const { temporal } = services();
  if (temporal === undefined) return 'temporal: a server that somebody else runs';
  const args = readFileSync(`/proc/${temporal.pid}/cmdline`, 'utf8').split('\0');
  const settings = args.filter((_, index) => /^--(dynamic-config-value|sqlite-pragma)$/.test(args[index - 1] ?? ''));
  return `${temporal.title}: ${settings.join(' ')}`;
}

/** The stack's own servers, with their process ids. */
export function services(): Readonly<Record<string, { readonly pid: number; readonly title: string } | undefined>> {
  const stack = JSON.parse(readFileSync(join(stateFolder, 'stack.json'), 'utf8')) as {
    services?: Record<string, { pid: number; title: string }>;
  };
  return stack.services ?? {};
}
