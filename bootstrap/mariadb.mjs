import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram, mustRun } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { hear } from './loopback.mjs';
import { freePorts } from './ports.mjs';
import { readJson, startServer, writeJson } from './processes.mjs';

const database = 'tillflow';
// A socket's path may have 107 bytes, and checkouts lie deep.
const longestSocketPath = 100;

/** MariaDB, or MySQL where that is what the PATH has; the URL's scheme says which. */
export const mariadb = {
  name: 'mariadb',
  title: 'MariaDB or MySQL server',
  variable: 'DATABASE_URL',
  packages: ['mariadb-server'],
  ways: [
    'set DATABASE_URL=mariadb://user:password@host:3306/tillflow (or mysql://…) to use a server you have',
    'or install MariaDB (apt-get install mariadb-server, brew install mariadb): it is run privately, as you',
    'or run this as root on Debian or Ubuntu, where the package is installed for you',
  ],
  findProgram: () => findProgram(['mariadbd', 'mysqld']),

  /** Starts a private server on its own data folder, socket and port, creating the data folder at first. */
  async start({ program, folder, signal, step, ports }) {
    const [port] = ports ?? (await freePorts(1));
    const version = await versionOf(program, signal);
    step.note('creating its data folder');
    const data = await dataFolder({ program, folder, version, signal });
    step.note('starting');
    const socket = socketPath(folder);
    const initialSql = join(folder, 'initial.sql');
    writeFileSync(initialSql, `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4;\n`);
    const url = `${version.scheme}://root@127.0.0.1:${port}/${database}`;
    return startServer(
      {
        name: version.title,
        folder,
        program,
        args: [...serverArguments({ data, socket, port, initialSql }), ...only(version.scheme)],
        facts: { title: version.title, port, url, where: `127.0.0.1:${port}`, socket },
      },
      { signal, timeoutMs: 90_000, answers: () => greets({ host: '127.0.0.1', port }) },
    );
  },

  answers: (record) => greets({ host: '127.0.0.1', port: record.port }),

  /** A server somebody else runs: it must be there, and its kind is told by its greeting. */
  async adopt(address) {
    const url = parseAddress(address);
    const where = { host: url.hostname, port: Number(url.port || 3306) };
    const greeting = await readGreeting(where, 5000);
    if (!greeting) throw notThere(`${where.host}:${where.port}`);
    assertSchemeFits(url, titleOf(greeting));
    return { title: titleOf(greeting), url: address, where: `${where.host}:${where.port}` };
  },
};

/** `mariadb 10.11`, `mysql 8.4`: from the version that a server's greeting or `--version` tells. */
export function titleOf(version) {
  const kind = /maria/i.test(version) ? 'mariadb' : 'mysql';
  // MariaDB greets as "5.5.5-10.11.6-MariaDB" for the sake of old replicas.
  const [, release = ''] = /(\d+\.\d+)\.\d+/.exec(version.replace(/^5\.5\.5-/, '')) ?? [];
  return `${kind} ${release}`.trim();
}

/** The server's version from the first packet it sends on a connection; undefined when it refuses or is silent. */
export function versionInGreeting(packet) {
  const protocol = packet[4];
  if (protocol !== 10) return undefined;
  const end = packet.indexOf(0, 5);
  return end < 0 ? undefined : packet.toString('latin1', 5, end);
}

async function readGreeting(where, timeoutMs) {
  const packet = await hear(where, { timeoutMs, enough: (heard) => heard.length > 5 && heard.indexOf(0, 5) > 0 });
  return packet && versionInGreeting(packet);
}

const greets = async (where) => (await readGreeting(where, 1000)) !== undefined;

async function versionOf(program, signal) {
  const output = await mustRun(program, ['--no-defaults', '--version'], {
    signal,
    doing: 'Asking the database server for its version',
  });
  const [, version = output] = /Ver\s+(\S+.*)/.exec(output) ?? [];
  const title = titleOf(version);
  return { title, scheme: title.split(' ')[0] };
}

async function dataFolder({ program, folder, version, signal }) {
  const data = join(folder, 'data');
  const mark = join(folder, 'made-by.json');
  if (existsSync(data)) {
    const madeBy = readJson(mark)?.scheme ?? version.scheme;
    if (madeBy === version.scheme) return data;
    throw new SetupFailure(`The data folder was made by ${madeBy}, but the server at hand is ${version.title}.`, {
      advice: ['Throw the old data away: npm run stack -- reset', `Or put ${madeBy} first on your PATH.`],
    });
  }
  const unfinished = join(folder, 'data.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await (version.scheme === 'mariadb' ? initializeMariadb : initializeMysql)({ program, data: unfinished, signal });
  writeJson(mark, { scheme: version.scheme });
  renameSync(unfinished, data);
  return data;
}

async function initializeMariadb({ program, data, signal }) {
  const beside = join(dirname(dirname(program)), 'bin', 'mariadb-install-db');
  const installer = existsSync(beside) ? beside : findProgram(['mariadb-install-db', 'mysql_install_db']);
  if (!installer) {
    throw new SetupFailure('mariadb-install-db is missing beside the MariaDB server.', { advice: mariadb.ways });
  }
  const args = [
    '--no-defaults',
    '--auth-root-authentication-method=normal',
    ...asRoot(),
    `--datadir=${data}`,
    '--skip-test-db',
  ];
  await mustRun(installer, args, { signal, doing: 'Creating the database’s data folder' });
}

async function initializeMysql({ program, data, signal }) {
  const args = ['--no-defaults', '--initialize-insecure', ...asRoot(), `--datadir=${data}`];
  await mustRun(program, args, { signal, doing: 'Creating the database’s data folder' });
}

function serverArguments({ data, socket, port, initialSql }) {
  return [
    '--no-defaults',
    ...asRoot(),
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--init-file=${initialSql}`,
    `--pid-file=${join(dirname(data), 'server.pid')}`,
    '--character-set-server=utf8mb4',
    '--max-connections=500',
    '--innodb-buffer-pool-size=512M',
    // Money is durable at every commit, here as in production.
    '--innodb-flush-log-at-trx-commit=1',
    '--log-bin-trust-function-creators=1',
  ];
}

/** MySQL's second protocol would want a port of its own; MariaDB can do without asking names. */
const only = (scheme) => (scheme === 'mysql' ? ['--mysqlx=OFF'] : ['--skip-name-resolve']);

const asRoot = () => (process.getuid?.() === 0 ? ['--user=root'] : []);

function socketPath(folder) {
  const inside = join(folder, 'server.sock');
  if (inside.length <= longestSocketPath) return inside;
  return join(tmpdir(), `tillflow-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}.sock`);
}

function parseAddress(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ['mysql:', 'mariadb:'].includes(url.protocol) && url.hostname) return url;
  throw new SetupFailure('DATABASE_URL is not the address of a database.', {
    advice: [
      'Write it like mysql://user:password@host:3306/tillflow or mariadb://…',
      'Or unset it to have a private server.',
    ],
  });
}

/** The driver follows the scheme, and the two servers differ in what they say of their own tables. */
function assertSchemeFits(url, title) {
  const [kind] = title.split(' ');
  if (url.protocol === `${kind}:`) return;
  throw new SetupFailure(`DATABASE_URL begins with ${url.protocol}//, but that server is ${title}.`, {
    advice: [`Write ${kind}://… instead.`],
  });
}

function notThere(where) {
  return new SetupFailure(`DATABASE_URL names ${where}, but no database server answers there.`, {
    advice: ['Start that server, or correct the address.', 'Or unset DATABASE_URL to have a private server.'],
  });
}
