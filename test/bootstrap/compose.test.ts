import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkout } from '../../bootstrap/paths.mjs';
import { searchAttributes } from '../../bootstrap/temporal.mjs';
import * as messages from '../../src/workflows/search-attributes.messages.ts';

const compose = readFileSync(join(checkout, 'docker-compose.yml'), 'utf8');

describe('the shape of production in docker-compose.yml', () => {
  it('registers the search attributes that the development server has', () => {
    const registered = [...compose.matchAll(/^ +attribute (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(registered)).toEqual(searchAttributes);
  });

  it('registers every search attribute that the workflows set', () => {
    const set = Object.values(messages).map(({ name }) => name);
    expect(Object.keys(searchAttributes)).toEqual(expect.arrayContaining(set));
  });

  it('pins every image it takes from elsewhere', () => {
    const images = [...compose.matchAll(/image: (\S+)/g)].map(([, image]) => image!);
    const foreign = images.filter((image) => image !== 'tillflow:local');
    expect(foreign.length).toBeGreaterThan(5);
    expect(foreign.filter((image) => !/:\d+\.\d+(\.\d+)?/.test(image))).toEqual([]);
  });

  it('lets MySQL create triggers under its binary log', () => {
    expect(compose).toContain('--log-bin-trust-function-creators=1');
  });
});
