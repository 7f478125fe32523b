import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mutations } from './mutations.ts';

const checkout = resolve(import.meta.dirname, '../..');

describe('the money lines that npm run mutate breaks', () => {
  it.each(mutations)('$name: stands once in the sources, and its tests are there', ({ file, find, replace, tests }) => {
    const source = readFileSync(join(checkout, file), 'utf8');
    expect(source.split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
    expect(tests.filter((test) => !existsSync(join(checkout, test)))).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
  });
});
