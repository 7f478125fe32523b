import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { runningStack } from '../support/stack.ts';
import type { OpenApi } from './support-open-api.ts';

/** The version of Stripe's API that stripe-mock v0.203.0 embodies. */
export const mockedVersion = '2026-08-26.dahlia';

/** Stripe's own stateless mock, and the OpenAPI document that it checks requests against. */
export interface StripeMock {
  url: string;
  openApi: OpenApi;
  stop(): Promise<void>;
}

/** @throws Error when the set-up could not build it: the contract is then unproven, not skipped */
export async function startStripeMock(): Promise<StripeMock> {
  const { stripeMockBinary: binary } = runningStack();
  if (binary === null) throw new Error('stripe-mock is not there; with Go installed, `npm run stack -- up` builds it.');
  const openApi = embeddedOpenApi(binary);
  const anyPort = '127.0.0.1:0';
  const child = spawn(binary, ['-http-addr', anyPort, '-https-addr', anyPort, '-strict-version-check'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  const told = new Promise<void>((resolve) => {
    // Its output is read to the end: a program whose output nobody takes is ended by its next word.
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
      if (said.includes('HTTPS at address')) resolve();
    });
  });
  await Promise.race([told, exited]);
  const [, address] = /HTTP at address: (\S+)/.exec(said) ?? [];
  if (address === undefined) throw new Error(`stripe-mock did not start: ${said}`);
  return {
    url: `http://${address}`,
    openApi,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** The document lies in the program as it was embedded: pretty-printed JSON, the first of two (the second is of the beta). */
function embeddedOpenApi(binary: string): OpenApi {
  const program = readFileSync(binary);
  for (let at = 0; ; at += 1) {
    at = program.indexOf('{\n  "components": {\n    "schemas": {', at);
    if (at < 0) throw new Error(`stripe-mock holds no OpenAPI document of ${mockedVersion}`);
    const document = JSON.parse(program.toString('utf8', at, program.indexOf('\n}', at) + 2)) as OpenApi;
    if (document.info.version === mockedVersion) return document;
  }
}
