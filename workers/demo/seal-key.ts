import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keyBytes = 32;

/**
 * What the processes of `npm start` seal bank details with: a key of this checkout alone, made once and kept in `folder`
 * beside the database that it opens. Keys that somebody has set count instead. Never for production, which sets its own.
 */
export function demoSealKey(folder: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (env['SEAL_KEYS'] !== undefined) return {};
  return { SEAL_KEYS: 'demo:DEMO_SEAL_KEY', DEMO_SEAL_KEY: keptKey(join(folder, 'seal.key'), folder) };
}

/** Two that start at once get the same key: whole, by whoever made it first. */
function keptKey(file: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(keyBytes).toString('base64'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}
