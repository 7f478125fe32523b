import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../test/support/stack.ts';
import { median } from './statistics.ts';

const blockBytes = 4_096;

/** How long it takes to make one block durable, in ms: the median of 200, beside the database's own files. */
export function fsyncMs(): number {
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, `bench-fsync-${process.pid}`);
  const descriptor = openSync(file, 'w');
  try {
    const times = Array.from({ length: 200 }, () => {
      const startedAt = performance.now();
      writeSync(descriptor, Buffer.alloc(blockBytes, 1), 0, blockBytes, null);
      fdatasyncSync(descriptor);
      return performance.now() - startedAt;
    });
    return median(times);
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}
