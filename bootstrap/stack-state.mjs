import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './paths.mjs';
import { readJson, writeJson } from './processes.mjs';

const schema = 1;

/** Where the addresses of the running stack are told. */
export const stackFile = join(stateFolder, 'stack.json');

/**
 * What `.tillflow/stack.json` tells whoever uses the stack.
 * @param {{ mariadb: object, redis: object, temporal: object, stripeMock: string | null }} records of the services
 * @param {{ kept: boolean }} facts whether somebody asked for the servers to stay
 */
export function describeStack({ mariadb, redis, temporal, stripeMock }, { kept }) {
  return {
    schema,
    kept,
    databaseUrl: mariadb.url,
    redisUrl: redis.url,
    temporalAddress: temporal.address,
    temporalUiUrl: temporal.uiUrl,
    stripeMockBinary: stripeMock,
    services: { mariadb, redis, temporal },
  };
}

/** The stack as it was last brought up, or undefined. */
export function readStack(path = stackFile) {
  const stack = readJson(path);
  return stack?.schema === schema ? stack : undefined;
}

export function writeStack(stack, path = stackFile) {
  mkdirSync(join(path, '..'), { recursive: true });
  writeJson(path, stack);
}

export function forgetStack(path = stackFile) {
  rmSync(path, { force: true });
}

/** The environment in which the engine's programs find the stack. */
export function stackEnvironment(stack) {
  return {
    DATABASE_URL: stack.databaseUrl,
    REDIS_URL: stack.redisUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    ...(stack.temporalUiUrl ? { TEMPORAL_UI_URL: stack.temporalUiUrl } : {}),
    TILLFLOW_DIR: stateFolder,
  };
}
