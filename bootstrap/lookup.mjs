import { SetupFailure } from './failure.mjs';

/**
 * Where a service comes from, in the order the design states: its address in the environment, a program on the PATH
 * (run privately), packages of the system when we may install them. Temporal has further ways of its own.
 * @param {{ variable: string, packages?: string[], otherWays?: boolean }} service
 * @param {{ env: Record<string, string | undefined>, program?: string | undefined, mayInstall: boolean }} around
 * @returns {{ kind: 'environment', address: string } | { kind: 'program', program: string }
 *   | { kind: 'packages', packages: string[] } | { kind: 'other ways' } | { kind: 'nowhere' }}
 */
export function decideSource(service, { env, program, mayInstall }) {
  const address = env[service.variable];
  if (address) return { kind: 'environment', address };
  if (program) return { kind: 'program', program };
  if (service.packages && mayInstall) return { kind: 'packages', packages: service.packages };
  return service.otherWays ? { kind: 'other ways' } : { kind: 'nowhere' };
}

/** One message for all services that could be found nowhere. */
export function assertAllFound(services, sources) {
  const missing = services.filter((_, index) => sources[index].kind === 'nowhere');
  if (missing.length === 0) return;
  throw new SetupFailure(`No ${missing.map((service) => service.title).join(' and no ')} to be found.`, {
    advice: missing.flatMap((service) => service.ways),
  });
}
