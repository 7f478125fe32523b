import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '../../bootstrap/command.mjs';
import { accepts } from '../../bootstrap/loopback.mjs';
import { freePorts } from '../../bootstrap/ports.mjs';
import { identify, isAlive } from '../../bootstrap/process-identity.mjs';
import { runningServer, startServer, stopServer } from '../../bootstrap/processes.mjs';
import { servesNamespace } from '../../bootstrap/temporal-rpc.mjs';
import { runningStack } from '../support/stack.ts';

const listening = (port: number): string[] => ['-e', `require('node:net').createServer().listen(${port}, '127.0.0.1')`];

describe('servers that outlive the command that starts them', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillflow-server-'));
  });
  afterEach(async () => {
    await stopServer(folder);
    rmSync(folder, { recursive: true });
  });

  const start = (args: string[], answers: () => Promise<boolean>): Promise<unknown> =>
    startServer({ name: 'A server', folder, program: process.execPath, args, facts: { title: 'x' } }, { answers });

  it('are ready when they answer, found again, and ended once', async () => {
    const [port] = await freePorts(1);
    await start(listening(port!), () => accepts({ host: '127.0.0.1', port: port! }) as Promise<boolean>);
    const server = runningServer(folder) as { pid: number; startedAt: string };
    expect(server).toMatchObject({ title: 'x' });
    expect(await stopServer(folder)).toBe(true);
    // Its port is anybody's then, so that only the process itself can tell.
    expect(isAlive(server)).toBe(false);
    expect(await stopServer(folder)).toBe(false);
  });

  it('tell their last words when they end instead of answering', async () => {
    const act = start(['-e', 'console.error("no space left"); process.exit(3)'], async () => false);
    await expect(act).rejects.toMatchObject({
      message: 'A server did not come up: it ended with code 3.',
      detail: 'no space left',
    });
    expect(runningServer(folder)).toBeUndefined();
  });

  it('are never mistaken for another process that got their number', async () => {
    const record = { ...identify(process.pid), startedAt: 'another moment' };
    writeFileSync(join(folder, 'process.json'), JSON.stringify(record));
    expect(runningServer(folder)).toBeUndefined();
    expect(await stopServer(folder)).toBe(false);
    expect(isAlive(identify(process.pid))).toBe(true);
  });
});

describe('a command', () => {
  it('ends with all it started when it is interrupted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillflow-command-'));
    const note = join(folder, 'child');
    const interruption = new AbortController();
    const script = `sleep 600 & echo $! > ${note}; echo started; wait`;
    const onLine = (): void => {
      interruption.abort(new Error('Ctrl-C'));
    };
    await expect(run('sh', ['-c', script], { signal: interruption.signal, onLine })).rejects.toThrow('Ctrl-C');
    expect(isAlive(identify(Number(readFileSync(note, 'utf8'))))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});

describe('readiness of a Temporal server', () => {
  it('is an answer to a call about the namespace, not an open port', async () => {
    const { temporalAddress } = runningStack();
    expect(await servesNamespace(temporalAddress)).toBe(true);
    expect(await servesNamespace(temporalAddress, 'nobody-made-this')).toBe(false);
    const [port] = await freePorts(1);
    expect(await servesNamespace(`127.0.0.1:${port!}`)).toBe(false);
  });
});
