import { describe, expect, it } from '@jest/globals';
import { assertAllFound, decideSource } from '../../bootstrap/lookup.mjs';

const database = {
  title: 'database',
  variable: 'DATABASE_URL',
  packages: ['mariadb-server'],
  ways: ['set DATABASE_URL', 'or install one'],
};
const temporal = { title: 'Temporal server', variable: 'TEMPORAL_ADDRESS', otherWays: true, ways: [] };
const nothing = { env: {}, program: undefined, mayInstall: false };

describe('where a service comes from', () => {
  it('is its address in the environment before anything else', () => {
    const around = { env: { DATABASE_URL: 'mysql://there/x' }, program: '/usr/sbin/mariadbd', mayInstall: true };
    expect(decideSource(database, around)).toEqual({ kind: 'environment', address: 'mysql://there/x' });
  });

  it('is a program on the PATH before a package', () => {
    const around = { env: {}, program: '/usr/sbin/mariadbd', mayInstall: true };
    expect(decideSource(database, around)).toEqual({ kind: 'program', program: '/usr/sbin/mariadbd' });
  });

  it('is a package of the system only where packages may be installed', () => {
    expect(decideSource(database, { ...nothing, mayInstall: true })).toEqual({
      kind: 'packages',
      packages: ['mariadb-server'],
    });
    expect(decideSource(database, nothing)).toEqual({ kind: 'nowhere' });
  });

  it('takes an empty variable for an unset one', () => {
    expect(decideSource(database, { ...nothing, env: { DATABASE_URL: '' } })).toEqual({ kind: 'nowhere' });
  });

  it('may be a build or a download for Temporal', () => {
    expect(decideSource(temporal, { ...nothing, mayInstall: true })).toEqual({ kind: 'other ways' });
  });

  it('is told in one message for all that are nowhere', () => {
    const cache = { title: 'cache', variable: 'REDIS_URL', packages: [], ways: ['set REDIS_URL'] };
    const act = (): void => {
      assertAllFound([database, temporal, cache], [{ kind: 'nowhere' }, { kind: 'other ways' }, { kind: 'nowhere' }]);
    };
    expect(act).toThrow('No database and no cache to be found.');
    expect(failureOf(act)).toMatchObject({ advice: ['set DATABASE_URL', 'or install one', 'set REDIS_URL'] });
  });
});

function failureOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (failure) {
    return failure;
  }
}
