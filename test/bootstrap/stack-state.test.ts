import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeStack, readStack, stackEnvironment, writeStack } from '../../bootstrap/stack-state.mjs';
import { parseStack, runningStack } from '../support/stack.ts';

const records = {
  mariadb: { url: 'mariadb://root@127.0.0.1:20001/tillflow' },
  redis: { url: 'redis://127.0.0.1:20002' },
  temporal: { address: '127.0.0.1:20003', uiUrl: 'http://127.0.0.1:20004' },
  stripeMock: null,
};

describe('the state of the stack', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillflow-stack-'));
    file = join(folder, 'stack.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is read by tests as it was written', () => {
    writeStack(describeStack(records, { kept: true }), file);
    expect(runningStack(file)).toEqual({
      databaseUrl: 'mariadb://root@127.0.0.1:20001/tillflow',
      redisUrl: 'redis://127.0.0.1:20002',
      temporalAddress: '127.0.0.1:20003',
      temporalUiUrl: 'http://127.0.0.1:20004',
      stripeMockBinary: null,
    });
    expect(readStack(file)).toMatchObject({ kept: true });
  });

  it('reaches the engine as environment variables', () => {
    expect(stackEnvironment(describeStack(records, { kept: false }))).toMatchObject({
      DATABASE_URL: 'mariadb://root@127.0.0.1:20001/tillflow',
      REDIS_URL: 'redis://127.0.0.1:20002',
      TEMPORAL_ADDRESS: '127.0.0.1:20003',
      TEMPORAL_UI_URL: 'http://127.0.0.1:20004',
    });
  });

  it('counts as none when the file is absent, half written or of another form', () => {
    expect(readStack(file)).toBeUndefined();
    writeFileSync(file, '{"schema": 1, "data');
    expect(readStack(file)).toBeUndefined();
    writeFileSync(file, '{"schema": 0}');
    expect(readStack(file)).toBeUndefined();
  });

  it('tells a test without a stack what to do', () => {
    expect(() => runningStack(file)).toThrow('npm run stack -- up');
    expect(() => parseStack('{"databaseUrl": "mariadb://x"}')).toThrow('no redisUrl');
  });
});
