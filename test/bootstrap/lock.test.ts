import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withLock } from '../../bootstrap/lock.mjs';
import { identify } from '../../bootstrap/process-identity.mjs';

describe('a lock between processes', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillflow-lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('lets in one at a time, whoever asks first', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all([withLock(path, {}, work), withLock(path, {}, work), withLock(path, {}, work)]);
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says whom it waits for', async () => {
    const owners: number[] = [];
    const onWait = ({ pid }: { pid: number }): void => void owners.push(pid);
    let release: (() => void) | undefined;
    const held = withLock(path, {}, () => new Promise<void>((resolve) => (release = resolve)));
    const waiter = withLock(path, { onWait }, async () => 'in');
    release?.();
    await held;
    expect(await waiter).toBe('in');
    expect(owners[0]).toBe(process.pid);
  });

  it('is broken when its owner is dead, also when a living process got the number since', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    for (const owner of [
      { pid: dead, startedAt: '1' },
      { ...identify(process.pid), startedAt: 'another moment' },
    ]) {
      writeFileSync(path, JSON.stringify(owner));
      expect(await withLock(path, {}, async () => 'in')).toBe('in');
    }
  });

  it('is left when the work fails, and when the waiting is interrupted', async () => {
    const failing = withLock(path, {}, async () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);

    writeFileSync(path, JSON.stringify(identify(process.pid)));
    const interruption = new AbortController();
    const waiting = withLock(path, { signal: interruption.signal }, async () => 'in');
    interruption.abort(new Error('Ctrl-C'));
    await expect(waiting).rejects.toThrow('Ctrl-C');
  });
});
