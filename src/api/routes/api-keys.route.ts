import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import { siteId } from '../../domain/ids.ts';
import { isWithin, levelOf, signatureOf, type Principal, type Scope } from '../../domain/principal.ts';
import { grants, platformRoles, roles } from '../../domain/roles.ts';
import type { ApiKey } from '../../entities/api-key.entity.ts';
import { issueApiKey, rotateApiKey } from '../../entities/api-keys.ts';
import { recordAct } from '../../entities/audit.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { isReplayed, made } from '../once.ts';
import { keyed, route, type Answer, type Route } from '../route.ts';
import { refusedField } from '../refused-field.ts';
import { id, idParam, listOf, pageOf, text, time } from '../schemas.ts';
import { apiKeySchema, apiKeyView, pageView } from '../views.ts';

const tag = 'API keys';
const secret = z.string().nullable().meta({
  description: 'Shown in the first answer only; a repeated request gets null. Whoever lost it rotates the key.',
});
const issuedSchema = apiKeySchema.extend({ secret }).meta({ id: 'IssuedApiKey' });

const newKey = z
  .strictObject({
    name: text(120),
    roles: z.array(z.enum(roles)).min(1).max(roles.length),
    organisation: id('organisation').optional().meta({ description: 'Default: as the calling key' }),
    site: id('site').optional(),
    expiresAt: time.optional(),
  })
  .meta({ id: 'NewApiKey' });

/** Keys of machines: only a digest of the secret is kept, and nobody hands out more than they have (decisions D32). */
export function apiKeyRoutes(orm: Orm): readonly Route[] {
  return [create(), list(orm), rotate(), revoke()];
}

function create(): Route {
  return route({
    method: 'post',
    path: '/v1/api-keys',
    tag,
    summary: 'Make a key',
    policy: keyed('organisation', 'apikey.manage'),
    idempotency: 'optional',
    body: newKey,
    responses: { 201: { description: 'The new key with its secret', schema: issuedSchema } },
    handle: async ({ body, principal, once }) => {
      let shownOnce: string | null = null;
      const answer = await once(async (em) => {
        const scope = await scopeOfNewKey(em, principal, body);
        requireOwnRoles(principal, scope, body.roles);
        const issued = issueApiKey(em, {
          name: body.name,
          roles: body.roles,
          scope,
          expiresAt: body.expiresAt ?? null,
        });
        shownOnce = issued.secret;
        return keep(em, { principal, key: issued.key, action: 'api_key.create', status: 201 });
      });
      return withSecret(answer, shownOnce);
    },
  });
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/api-keys',
    tag,
    summary: 'List keys, without their secrets',
    policy: keyed('organisation', 'apikey.manage'),
    query: z.strictObject(pageOf('apiKey')),
    responses: { 200: { description: 'A page of keys', schema: listOf(apiKeySchema) } },
    handle: async ({ principal, query }) => {
      const page = { limit: query.limit, after: query.cursor ?? null };
      return { status: 200, body: pageView(await scopedTo(unitOfWork(orm), principal).apiKeys(page), apiKeyView) };
    },
  });
}

function rotate(): Route {
  return route({
    method: 'post',
    path: '/v1/api-keys/:id/rotate',
    tag,
    summary: 'Give a key a new secret; the old one stops within seconds',
    policy: keyed('organisation', 'apikey.manage'),
    idempotency: 'optional',
    params: idParam('apiKey'),
    body: z.strictObject({}),
    responses: { 200: { description: 'The key with its new secret', schema: issuedSchema } },
    handle: async ({ params, principal, once }) => {
      let shownOnce: string | null = null;
      const answer = await once(async (em) => {
        const key = await manageableKey(em, principal, params.id);
        if (key.revokedAt) throw new DomainError('conflict', 'The key was revoked; make a new one.');
        shownOnce = rotateApiKey(key).secret;
        return keep(em, { principal, key, action: 'api_key.rotate', status: 200 });
      });
      return withSecret(answer, shownOnce);
    },
  });
}

function revoke(): Route {
  return route({
    method: 'delete',
    path: '/v1/api-keys/:id',
    tag,
    summary: 'Revoke a key; it stops within seconds',
    policy: keyed('organisation', 'apikey.manage'),
    params: idParam('apiKey'),
    responses: { 200: { description: 'The revoked key', schema: apiKeySchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const key = await manageableKey(em, principal, params.id);
        key.revokedAt ??= new Date();
        return keep(em, { principal, key, action: 'api_key.revoke', status: 200 });
      }),
  });
}

/** What is stored of the answer: never the secret. */
function keep(
  em: SqlEntityManager,
  act: { readonly principal: Principal; readonly key: ApiKey; readonly action: string; readonly status: number },
) {
  const view = apiKeyView(act.key);
  recordAct(em, {
    ...signatureOf(act.principal),
    action: act.action,
    target: view.id,
    organisationId: act.key.organisationId ?? null,
    after: view,
  });
  return made(act.status, view.id, view);
}

function withSecret(answer: Answer, shownOnce: string | null): Answer {
  const view = JSON.parse(String(answer.body)) as Record<string, unknown>;
  return { ...answer, body: { ...view, secret: isReplayed(answer) ? null : shownOnce } };
}

/** The scope of a new key: what was asked for, or the caller's own; never wider than that. */
async function scopeOfNewKey(
  em: SqlEntityManager,
  principal: Principal,
  body: z.output<typeof newKey>,
): Promise<Scope> {
  const reads = scopedTo(em, principal);
  if (body.site !== undefined) {
    const site = await reads.site({ id: siteId(body.site) });
    const fits = body.organisation === undefined || site?.organisationId === body.organisation;
    if (site === null || !fits) throw refusedField('not_found', 'site', 'names no site of this organisation');
    return { organisationId: site.organisationId, siteId: site.id };
  }
  if (body.organisation === undefined) return { organisationId: principal.organisationId, siteId: null };
  const organisation = await reads.organisation(body.organisation);
  if (organisation === null) throw refusedField('not_found', 'organisation', 'names no organisation of yours');
  return { organisationId: organisation.id, siteId: null };
}

/** Nobody grants what they do not have, nor the platform's roles to a narrower key. */
function requireOwnRoles(principal: Principal, scope: Scope, asked: z.output<typeof newKey>['roles']): void {
  const beyond = asked.filter(
    (role) => !grants(principal.roles, role) || (levelOf(scope) !== 'platform' && platformRoles.has(role)),
  );
  if (beyond.length === 0) return;
  throw new DomainError('forbidden', `These roles are not yours to give: ${beyond.join(', ')}.`, { roles: beyond });
}

/** A key within the caller's scope whose roles the caller has too; a key that can do more is not theirs to touch. */
async function manageableKey(em: SqlEntityManager, principal: Principal, keyId: string): Promise<ApiKey> {
  const key = await scopedTo(em, principal).apiKey(keyId);
  if (key === null) throw new DomainError('not_found', 'There is no such key.');
  const scope = { organisationId: key.organisationId ?? null, siteId: key.siteId ?? null };
  const view = apiKeyView(key);
  if (!isWithin(scope, principal) || view.roles.some((role) => !grants(principal.roles, role))) {
    throw new DomainError('forbidden', 'This key can do more than yours.');
  }
  return key;
}
