import { DomainError } from '../../domain/errors.ts';
import { isPerson } from '../../domain/ids.ts';
import { levelOf, type Principal, type ScopeLevel } from '../../domain/principal.ts';
import { grants } from '../../domain/roles.ts';
import { hasOwners } from './ownership.ts';
import type { Policy, Route } from '../route.ts';

/** A route says nothing about who may use it; the API does not start with such a one (decisions D54). */
export class PolicyMissing extends Error {
  override readonly name = 'PolicyMissing';
}

const breadth: Readonly<Record<ScopeLevel, number>> = { site: 0, organisation: 1, platform: 2 };

/** Refuses to start when a route has no policy, or one that lets nobody in. */
export function requirePolicies(routes: readonly Route[]): void {
  for (const { method, path, policy } of routes as readonly (Omit<Route, 'policy'> & { policy?: Policy })[]) {
    const useless = policy?.kind === 'key' && policy.roles.length === 0;
    if (policy === undefined || useless) {
      throw new PolicyMissing(`${method.toUpperCase()} ${path} declares no policy`);
    }
    if (isForMembers(policy) && !hasOwners({ path })) {
      throw new PolicyMissing(`${method.toUpperCase()} ${path} does not say whose things it serves`);
    }
  }
}

function isForMembers(policy: Policy): boolean {
  return policy.kind === 'key' && policy.forMembers === true;
}

/** Whether `principal` may use a route with `policy`. Default deny: only what is named is allowed. */
export function allows(policy: Policy, principal: Principal): boolean {
  if (policy.kind === 'public') return true;
  const isMember = principal.memberId !== undefined;
  if (isMember ? !isForMembers(policy) : breadth[levelOf(principal)] < breadth[policy.scope]) return false;
  return policy.roles.some((role) => grants(principal.roles, role)) && !lacksPerson(policy, principal);
}

function lacksPerson(policy: Policy, principal: Principal): boolean {
  const isRefused = policy.kind === 'key' && policy.noMachines === true;
  return isRefused && levelOf(principal) !== 'platform' && !isPerson(principal.keyId);
}

/** Throws `forbidden`, naming what would be needed, or `person_required` where an organisation's key is no person. */
export function authorise(policy: Policy, principal: Principal): void {
  if (allows(policy, principal) || policy.kind === 'public') return;
  const { noMachines = false, ...rest } = policy;
  if (noMachines && allows(rest, principal)) {
    throw new DomainError('person_required', 'A person of the organisation does this with their own token.');
  }
  throw new DomainError(
    'forbidden',
    `This needs a key of the ${policy.scope} or wider with ${policy.roles.join(' or ')}.`,
    {
      requiredRoles: policy.roles,
      requiredScope: policy.scope,
    },
  );
}
