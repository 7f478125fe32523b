import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stateFolder } from '../support/stack.ts';
import type { Mutation } from './mutations.ts';

const checkout = resolve(import.meta.dirname, '../..');
const notCopied = new Set(['node_modules', '.git', '.tillflow', 'coverage']);

/** A copy of the checkout in which lines are broken; the original is never touched. */
export interface Copy {
  readonly folder: string;
  /** Breaks one line; answers how to mend it. */
  breakLine(mutation: Mutation): () => void;
  remove(): void;
}

/** Copies the sources as they are now, with the same packages and the same running stack. */
export function copyCheckout(): Copy {
  const folder = join(stateFolder, 'mutate', `tree-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, '.tillflow'), { recursive: true });
  for (const entry of readdirSync(checkout).filter((name) => !notCopied.has(name))) {
    cpSync(join(checkout, entry), join(folder, entry), { recursive: true });
  }
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(stateFolder, 'stack.json'), join(folder, '.tillflow', 'stack.json'));
  return {
    folder,
    breakLine: (mutation) => {
      const file = join(folder, mutation.file);
      const whole = readFileSync(file, 'utf8');
      const parts = whole.split(mutation.find);
      if (parts.length !== 2) {
        throw new Error(`"${mutation.name}": its line stands ${parts.length - 1} times in ${mutation.file}.`);
      }
      writeFileSync(file, parts.join(mutation.replace));
      return () => {
        writeFileSync(file, whole);
      };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
