import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Principal, ScopeLevel } from '../domain/principal.ts';
import type { Role } from '../domain/roles.ts';
import type { Done, WriteRequest } from '../entities/idempotency.ts';
import type { Logger } from './operations/logger.ts';

/**
 * Who may use a route. `roles`: any one of them suffices. `scope`: the narrowest key that may call it; with `platform`
 * only the platform's own keys, with `organisation` those and an organisation's, with `site` any.
 */
export type Policy =
  | { readonly kind: 'public' }
  | {
      readonly kind: 'key';
      readonly roles: readonly Role[];
      readonly scope: ScopeLevel;
      /** Members may use it with their own token, for what is their own (ownership.ts). */
      readonly forMembers?: true;
      /** Below the platform only persons may use it: a key of an organisation or a site is a machine (decisions D32). */
      readonly noMachines?: true;
    };

/** Whether the header `Idempotency-Key` must, may, or need not be given. */
export type Idempotency = 'required' | 'optional' | 'none';

/** What a handler answers. A body that is a string is sent as it is: it was stored or rendered before. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stream?: Readable;
}

/** A body that is no JSON, as it came. */
export interface TextBody {
  /** Its media type, without parameters. */
  readonly type: string;
  readonly text: string;
}

/** A validated, authorised request as a handler sees it. */
export interface ApiRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Set instead of `body` where one of the route's `textTypes` came. */
  readonly textBody: TextBody | null;
  readonly principal: Principal;
  /** Null where the route takes no key, or none was given. */
  readonly write: WriteRequest | null;
  readonly header: (name: string) => string;
  /** Aborted when the caller goes away. */
  readonly gone: AbortSignal;
  readonly log: Logger;
  /** Does a write in one transaction, once per idempotency key if there is one; all of it by `em`. */
  readonly once: (work: (em: SqlEntityManager) => Promise<Done>) => Promise<Answer>;
}

export interface Response {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly contentType?: string;
}

/** A route as data: it validates, authorises and documents from this one description. */
export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `:name` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly policy: Policy;
  readonly idempotency?: Idempotency;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Media types beside JSON that a body may have; such a one is handed over unread. */
  readonly textTypes?: readonly string[];
  readonly responses: Readonly<Record<number, Response>>;
  handle(request: ApiRequest<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer>;
}

/** A route whose schemas are no longer known to the compiler; the mechanism validates by them all the same. */
export interface Route extends Omit<RouteSpec<z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  handle(request: ApiRequest<never, never, never>): Promise<Answer>;
}

/** Declares a route, so that its handler gets what its schemas promise. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(spec: RouteSpec<P, Q, B>): Route {
  return spec;
}

/** A key with any one of `roles`, from the narrowest `scope` that may call. */
export function keyed(scope: ScopeLevel, ...roles: readonly Role[]): Policy {
  return { kind: 'key', roles, scope };
}

/** The same for the platform's keys, and for members with their own things. */
export function ownOrKeyed(...roles: readonly Role[]): Policy {
  return { kind: 'key', roles, scope: 'platform', forMembers: true };
}

/** People of an organisation with their own token and one of `roles`, and whoever holds it for the platform. */
export function byPeople(...roles: readonly Role[]): Policy {
  return { kind: 'key', roles, scope: 'organisation', noMachines: true };
}

/** Open to everyone. */
export const open: Policy = { kind: 'public' };
