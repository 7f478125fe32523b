import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cachedGoBinary, goLine, isOlder, pinnedVersion } from '../../bootstrap/go-binary.mjs';
import { titleOf, versionInGreeting } from '../../bootstrap/mariadb.mjs';
import { stripeMockModule, temporalModule } from '../../bootstrap/pinned-modules.mjs';
import { releaseOf } from '../../bootstrap/redis.mjs';
import { isNewEnough } from '../../bootstrap/temporal-program.mjs';
import { serverVersion } from '../../bootstrap/temporal.mjs';

/** The first packet of a server: length, sequence, protocol, version, and what follows. */
function greeting(protocol: number, version: string): Buffer {
  return Buffer.concat([Buffer.from([74, 0, 0, 0, protocol]), Buffer.from(`${version}\0rest`)]);
}

describe('versions of servers', () => {
  it('tells MariaDB from MySQL, so that the address gets the right scheme', () => {
    expect(titleOf('10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu')).toBe('mariadb 10.11');
    expect(titleOf('5.5.5-10.6.12-MariaDB')).toBe('mariadb 10.6');
    expect(titleOf('8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)')).toBe('mysql 8.4');
  });

  it('reads the version a database greets with, and takes a refusal for no answer', () => {
    expect(versionInGreeting(greeting(10, '8.4.3'))).toBe('8.4.3');
    expect(versionInGreeting(greeting(255, 'Too many connections'))).toBeUndefined();
  });

  it('reads the releases that Redis and Temporal tell', () => {
    expect(releaseOf('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0')).toBe('7.0');
    expect(serverVersion('temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)')).toBe('1.31.2');
  });

  it('accepts a Temporal server from 1.31 on', () => {
    expect(isNewEnough('temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)')).toBe(true);
    expect(isNewEnough('temporal version 1.5.1 (Server 1.29.1, UI 2.44.0)')).toBe(false);
    expect(isNewEnough('temporal version 3.0.0 (Server 2.0.0, UI 3.0.0)')).toBe(true);
    expect(isNewEnough('tctl 1.0')).toBe(false);
  });

  it('compares dotted versions by number', () => {
    expect(isOlder('1.9.7', '1.26.4')).toBe(true);
    expect(isOlder('1.26.4', '1.26.4')).toBe(false);
    expect(isOlder('1.26rc1', '1.26.4')).toBe(true);
    expect(isOlder('24.21.0', '22.18')).toBe(false);
  });
});

describe('pinned Go modules', () => {
  it('are read from their go.mod', () => {
    const goMod = 'module x\n\ngo 1.26.4\n\nrequire (\n\tgithub.com/temporalio/cli v1.8.2\n)\n';
    expect(pinnedVersion(goMod, 'github.com/temporalio/cli')).toBe('1.8.2');
    expect(goLine(goMod)).toBe('1.26.4');
  });

  it('are those the project was measured with', () => {
    expect(cachedGoBinary(temporalModule, '/cache')).toMatch(/^\/cache\/temporal-1\.8\.2-[0-9a-f]{12}\/temporal$/);
    expect(cachedGoBinary(stripeMockModule, '/cache')).toMatch(/^\/cache\/stripe-mock-0\.203\.0-[0-9a-f]{12}\//);
  });

  it('are cached by what go.mod and go.sum say, so that another pin finds no old program', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillflow-go-'));
    const pinned = { name: 'x', folder, module: 'a.b/x' };
    writeFileSync(join(folder, 'go.mod'), 'require a.b/x v1.0.0\n');
    writeFileSync(join(folder, 'go.sum'), 'one');
    const first = cachedGoBinary(pinned, '/cache');
    writeFileSync(join(folder, 'go.sum'), 'two');
    expect(cachedGoBinary(pinned, '/cache')).not.toBe(first);
    rmSync(folder, { recursive: true });
  });
});
