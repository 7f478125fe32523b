import { organisationId, processorAccountId, readerId, siteId } from '../../src/domain/ids.ts';
import type { Scope } from '../../src/domain/principal.ts';
import { roles, platformRoles, type Role } from '../../src/domain/roles.ts';
import { issueApiKey } from '../../src/entities/api-keys.ts';
import { newId } from '../../src/entities/new-id.ts';
import { unitOfWork, type Orm } from '../../src/entities/orm.ts';
import { Organisation } from '../../src/entities/organisations/organisation.entity.ts';
import { ProcessorAccount } from '../../src/entities/processor-account.entity.ts';
import { Reader } from '../../src/entities/counter/reader.entity.ts';
import { Site } from '../../src/entities/counter/site.entity.ts';

/** An organisation with one counter and one reader, and a key that may do all that an organisation's may. */
export interface Shop {
  readonly organisation: string;
  readonly site: string;
  readonly slug: string;
  readonly no: number;
  readonly reader: string;
  readonly key: string;
  readonly keyId: string;
}

export interface Shops {
  readonly account: string;
  readonly ours: Shop;
  readonly theirs: Shop;
  /** A platform key with every role. */
  readonly platformKey: string;
}

/** Every role that a key of an organisation can hold. */
export const ordinaryRoles: readonly Role[] = roles.filter((role) => !platformRoles.has(role));

export async function seedShops(orm: Orm): Promise<Shops> {
  const em = unitOfWork(orm);
  const account = em.create(ProcessorAccount, {
    id: processorAccountId(newId('processorAccount')),
    provider: 'stripe',
    mode: 'own_keys',
    externalRef: 'acct_test',
    livemode: false,
    secretRef: 'STRIPE_API_KEY',
    webhookSecretRefs: '',
    country: 'AU',
    settlementCurrencies: 'AUD',
    createdAt: new Date(),
  });
  em.persist(account);
  const ours = await seedShop(orm, account, 'ours');
  const theirs = await seedShop(orm, account, 'theirs');
  const platformKey = await seedKey(orm, { organisationId: null, siteId: null }, ['platform.admin']);
  await em.flush();
  return { account: account.id, ours, theirs, platformKey };
}

async function seedShop(orm: Orm, account: ProcessorAccount, name: string): Promise<Shop> {
  const em = unitOfWork(orm);
  const createdAt = new Date();
  const organisation = em.create(Organisation, {
    id: organisationId(newId('organisation')),
    name,
    status: 'active',
    zone: 'Australia/Sydney',
    createdAt,
  });
  const site = em.create(Site, {
    id: siteId(newId('site')),
    organisationId: organisation.id,
    name: `Counter of ${name}`,
    slug: `${name}-counter`,
    currency: 'AUD',
    country: 'AU',
    zone: 'Australia/Sydney',
    processorAccountId: account.id,
    providerLocation: `tml_${name}`,
    collection: 'reader',
    captureMode: 'manual',
    createdAt,
  });
  const reader = em.create(Reader, {
    id: readerId(newId('reader')),
    organisationId: organisation.id,
    siteId: site.id,
    providerRef: `tmr_${name}`,
    label: `Till of ${name}`,
    createdAt,
  });
  const scope = { organisationId: organisation.id, siteId: null };
  const issued = issueApiKey(em, { name: `${name} key`, roles: ordinaryRoles, scope, expiresAt: null });
  await em.persist([organisation, site, reader]).flush();
  await em.refresh(site);
  return {
    organisation: organisation.id,
    site: site.id,
    slug: site.slug,
    no: site.no,
    reader: reader.id,
    key: issued.secret,
    keyId: issued.key.id,
  };
}

/** A key of `scope` with `held` and nothing else. */
export async function seedKey(orm: Orm, scope: Scope, held: readonly Role[]): Promise<string> {
  const em = unitOfWork(orm);
  const { secret } = issueApiKey(em, { name: 'a key', roles: held, scope, expiresAt: null });
  await em.flush();
  return secret;
}
