import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { accepts } from './loopback.mjs';
import { temporalModule } from './pinned-modules.mjs';
import { freePorts } from './ports.mjs';
import { readJson, startServer, writeJson } from './processes.mjs';
import { findTemporalProgram } from './temporal-program.mjs';
import { servesNamespace } from './temporal-rpc.mjs';

/** What operators search by (design.md 9). */
export const searchAttributes = {
  PayState: 'Keyword',
  PayKind: 'Keyword',
  MemberId: 'Keyword',
  OrganisationId: 'Keyword',
  OrderRef: 'Keyword',
  ReaderId: 'Keyword',
  PaymentRef: 'Keyword',
  SettlementPeriod: 'Keyword',
  AttentionReason: 'Keyword',
  AmountMinor: 'Int',
  NeedsAttention: 'Bool',
  DueAt: 'Datetime',
};

// The development server waits up to 50 ms at every hop unless told otherwise (temporal.md 0.1-1).
const dynamicConfig = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'system.enableActivityEagerExecution=true',
];
const sqlitePragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];

/** The Temporal server: one process with its UI, its state in an SQLite file. */
export const temporal = {
  name: 'temporal',
  title: 'Temporal server',
  variable: 'TEMPORAL_ADDRESS',
  otherWays: true,
  ways: temporalModule.ways,
  findProgram: () => undefined,
  provideProgram: findTemporalProgram,

  /** Starts a private server on its own file and ports; ready when an RPC answers. */
  async start({ program, folder, signal, step, ports }) {
    step.note('starting');
    const [port, uiPort] = ports ?? (await freePorts(2));
    const version = serverVersion((await run(program, ['--version'], { signal })).output);
    const kept = keptState({ folder, version, step });
    const address = `127.0.0.1:${port}`;
    const record = await startServer(
      {
        name: 'the Temporal server',
        folder,
        program,
        args: serverArguments({ file: kept.file, port, uiPort }),
        env: withoutTemporalSettings(process.env),
        facts: { title: `temporal ${version}`, port, where: address, address, uiUrl: `http://127.0.0.1:${uiPort}` },
      },
      { signal, answers: () => servesNamespace(address) },
    );
    await addMissingAttributes({ program, address, known: kept.attributes, signal });
    writeJson(kept.mark, { server: version, searchAttributes });
    return record;
  },

  answers: (record) => servesNamespace(record.address),

  /** A server or cluster somebody else runs: it must be there; what it needs is in docs and compose. */
  async adopt(address) {
    const [, host, port] = /^(?:https?:\/\/)?([^:/]+):(\d+)$/.exec(address) ?? [];
    if (!host)
      throw new SetupFailure('TEMPORAL_ADDRESS is not host:port.', { advice: ['For instance 127.0.0.1:7233.'] });
    if (!(await accepts({ host, port: Number(port) }))) {
      throw new SetupFailure(`TEMPORAL_ADDRESS names ${address}, but nothing answers there.`, {
        advice: ['Start that server, or correct the address.', 'Or unset TEMPORAL_ADDRESS to have a private server.'],
      });
    }
    return { title: 'temporal', address, where: address, uiUrl: process.env.TEMPORAL_UI_URL ?? null };
  },
};

/** `1.31.2` out of `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)`; empty when it says nothing of the kind. */
export function serverVersion(output) {
  return /Server (\d+\.\d+\.\d+)/.exec(output)?.[1] ?? '';
}

/** The state file, thrown away when another server version made it: the server never migrates it. */
function keptState({ folder, version, step }) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'temporal.db');
  const mark = join(folder, 'made-by.json');
  const madeBy = readJson(mark);
  if (madeBy?.server === version && existsSync(file)) return { file, mark, attributes: madeBy.searchAttributes };
  if (madeBy) step.say(`the state that server ${madeBy.server} made is thrown away`);
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  return { file, mark, attributes: searchAttributes };
}

function serverArguments({ file, port, uiPort }) {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort), '--ui-disable-news-fetch'],
    ...['--db-filename', file, '--log-level', 'warn', '--disable-config-file', '--disable-config-env'],
    ...sqlitePragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

/** `--search-attribute` counts only when the file is new; what was added since is registered on the running server. */
async function addMissingAttributes({ program, address, known, signal }) {
  const missing = Object.keys(searchAttributes).filter((name) => !(name in known));
  if (missing.length === 0) return;
  const pairs = missing.flatMap((name) => ['--name', name, '--type', searchAttributes[name]]);
  await mustRun(program, ['operator', 'search-attribute', 'create', '--address', address, ...pairs], {
    signal,
    env: withoutTemporalSettings(process.env),
    doing: 'Registering new search attributes',
    advice: ['Begin with an empty Temporal server: npm run stack -- reset'],
  });
}

/** The program reads TEMPORAL_… variables meant for the engine (namespace, TLS, API key). */
function withoutTemporalSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
