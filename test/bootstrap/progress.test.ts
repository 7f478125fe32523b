import { describe, expect, it } from '@jest/globals';
import { createProgress, duration, during } from '../../bootstrap/progress.mjs';

/** A stream that keeps what is written to it. */
function paper(): { stream: { write: (text: string) => unknown }; lines: () => string[] } {
  let all = '';
  return { stream: { write: (text) => (all += text) }, lines: () => all.trimEnd().split('\n') };
}

describe('progress', () => {
  it('says what is ready, where, and after how long', async () => {
    const { stream, lines } = paper();
    const progress = createProgress({ stream, interactive: false });
    const told = (): [string, string] => ['mariadb 10.11', '127.0.0.1:21306'];
    await during(progress, ['mariadb', 'starting'], async () => 1, told);
    progress.end();
    expect(lines()).toEqual([expect.stringMatching(/^ {2}ready {3}mariadb 10\.11 +127\.0\.0\.1:21306 +0\.0 s$/)]);
  });

  it('says what failed, and at what', async () => {
    const { stream, lines } = paper();
    const progress = createProgress({ stream, interactive: false });
    const failing = during(
      progress,
      ['redis', 'starting'],
      async () => Promise.reject(new Error('no')),
      () => undefined,
    );
    await expect(failing).rejects.toThrow('no');
    progress.end();
    expect(lines()).toEqual([expect.stringMatching(/^ {2}failed {2}redis +starting +0\.0 s$/)]);
  });

  it('writes durations as people say them', () => {
    expect([1_100, 42_900, 260_000].map(duration)).toEqual(['1.1 s', '42 s', '4 min 20 s']);
  });
});
