import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutClientSecrets } from '../../src/stripe/client-secrets.ts';

describe('client secrets', () => {
  it.each([
    ['first', '{"client_secret":"a","b":1}', '{"b":1}'],
    ['in the middle', '{"a":1, "client_secret" : "b" , "c":2}', '{"a":1, "c":2}'],
    ['last', '{"a":1,\n "client_secret":"b"\n}', '{"a":1\n}'],
    ['alone', '{"client_secret":"a"}', '{}'],
    ['null', '{"client_secret":null}', '{}'],
    ['with quotes in it', String.raw`{"client_secret":"a\"b\\","c":1}`, '{"c":1}'],
    ['deep', '{"data":{"object":{"client_secret":"a","x":[{"client_secret":"b"}]}}}', '{"data":{"object":{"x":[{}]}}}'],
    ['twice in a row', '{"client_secret":"a","client_secret":"b"}', '{}'],
    ['not text', '{"client_secret":{"x":1},"b":2}', '{"b":2}'],
  ])('%s are cut out, and nothing else', (_case, json, expected) => {
    expect(withoutClientSecrets(json)).toBe(expected);
  });

  it.each([
    ['a value', '{"field":"client_secret"}'],
    ['quoted text', String.raw`{"message":"send \"client_secret\": \"x\" please"}`],
    ['another key', '{"client_secret_expires":1}'],
  ])('are not seen in %s', (_case, json) => {
    expect(withoutClientSecrets(json)).toBe(json);
  });

  it('of any JSON are gone as if the text had been parsed, cleaned and written again', () => {
    const key = fc.oneof(fc.constant('client_secret'), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.constant(null),
        fc.integer(),
        fc.array(tie('tree')),
        fc.dictionary(key, tie('tree')),
      ),
    }));
    const cleaned = (json: string): unknown =>
      JSON.parse(json, (name, part: unknown) => (name === 'client_secret' ? undefined : part));
    fc.assert(
      fc.property(fc.dictionary(key, tree), fc.constantFrom(undefined, 2), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent);
        expect(JSON.parse(withoutClientSecrets(json))).toEqual(cleaned(json));
      }),
      { numRuns: 500 },
    );
  });
});
