import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { accepts, hear } from './loopback.mjs';
import { freePorts } from './ports.mjs';
import { startServer } from './processes.mjs';

/** Redis (or Valkey), for jobs that move no money; still durable, and it never evicts. */
export const redis = {
  name: 'redis',
  title: 'Redis server',
  variable: 'REDIS_URL',
  packages: ['redis-server'],
  ways: [
    'set REDIS_URL=redis://host:6379 to use a Redis you have (with maxmemory-policy noeviction)',
    'or install Redis (apt-get install redis-server, brew install redis): it is run privately, as you',
    'or run this as root on Debian or Ubuntu, where the package is installed for you',
  ],
  findProgram: () => findProgram(['redis-server', 'valkey-server']),

  /** Starts a private server on its own data folder and port. */
  async start({ program, folder, signal, ports }) {
    const [port] = ports ?? (await freePorts(1));
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    const release = releaseOf((await run(program, ['--version'], { signal })).output);
    return startServer(
      {
        name: 'redis',
        folder,
        program,
        args: serverArguments(data, port),
        facts: { title: `redis ${release}`, port, url: `redis://127.0.0.1:${port}`, where: `127.0.0.1:${port}` },
      },
      { signal, answers: () => isServing(port) },
    );
  },

  answers: (record) => isServing(record.port),

  /** A server somebody else runs: it must be there. */
  async adopt(address) {
    const url = parseAddress(address);
    const where = { host: url.hostname, port: Number(url.port || 6379) };
    if (!(await accepts(where))) throw notThere(`${where.host}:${where.port}`);
    return { title: 'redis', url: address, where: `${where.host}:${where.port}` };
  },
};

/** `7.0` from `Redis server v=7.0.15 …`. */
export function releaseOf(versionOutput) {
  return /v=(\d+\.\d+)/.exec(versionOutput)?.[1] ?? '';
}

/** While it still loads its data it answers `-LOADING`. */
async function isServing(port) {
  const heard = await hear({ host: '127.0.0.1', port }, { say: 'PING\r\n', timeoutMs: 1000 });
  return heard?.toString('latin1').startsWith('+PONG') ?? false;
}

function serverArguments(data, port) {
  return [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--daemonize', 'no'],
    ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'],
  ];
}

function parseAddress(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname) return url;
  throw new SetupFailure('REDIS_URL is not the address of a Redis server.', {
    advice: [
      'Write it like redis://host:6379 or rediss://user:password@host:6380',
      'Or unset it to have a private server.',
    ],
  });
}

function notThere(where) {
  return new SetupFailure(`REDIS_URL names ${where}, but nothing answers there.`, {
    advice: ['Start that server, or correct the address.', 'Or unset REDIS_URL to have a private server.'],
  });
}
