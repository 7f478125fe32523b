import { organisationId, processorAccountId, readerId, siteId } from '../../src/domain/ids.ts';
import { issueApiKey } from '../../src/entities/api-keys.ts';
import { newId } from '../../src/entities/new-id.ts';
import { Organisation } from '../../src/entities/organisations/organisation.entity.ts';
import { unitOfWork, type Orm } from '../../src/entities/orm.ts';
import { ProcessorAccount } from '../../src/entities/processor-account.entity.ts';
import { Reader } from '../../src/entities/counter/reader.entity.ts';
import { Site } from '../../src/entities/counter/site.entity.ts';

/** What the demo sells with: its names at the processor are fixed, so that the same rows serve every start. */
export const demoNames = {
  account: 'acct_demo',
  location: 'tml_demo',
  reader: 'tmr_demo_till_1',
  slug: 'front-counter',
} as const;

export interface DemoShop {
  readonly site: Site;
  readonly reader: Reader;
  /** A platform key, made anew at each start and good for a day. */
  readonly secret: string;
}

/** A club with a counter and one reader, made once; and a key to sell with. */
export async function seedDemoShop(orm: Orm): Promise<DemoShop> {
  const em = unitOfWork(orm);
  const known = await em.findOne(Site, { slug: demoNames.slug });
  const site = known ?? makeSite(em);
  const reader = (await em.findOne(Reader, { siteId: site.id, providerRef: demoNames.reader })) ?? makeReader(em, site);
  // Whatever held the reader ended with the simulator that it was on.
  if (reader.leaseOwner) Object.assign(reader, { leaseKind: null, leaseOwner: null });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const scope = { organisationId: null, siteId: null };
  const { secret } = issueApiKey(em, { name: 'demo key', roles: ['platform.admin'], scope, expiresAt: tomorrow });
  await em.flush();
  return { site, reader, secret };
}

type UnitOfWork = ReturnType<typeof unitOfWork>;

function makeSite(em: UnitOfWork): Site {
  const createdAt = new Date();
  const zone = 'Australia/Sydney';
  const organisation = em.create(Organisation, {
    id: organisationId(newId('organisation')),
    name: 'Harbour Chess Club',
    status: 'active',
    zone,
    createdAt,
  });
  const account = em.create(ProcessorAccount, {
    id: processorAccountId(newId('processorAccount')),
    provider: 'stripe',
    mode: 'own_keys',
    externalRef: demoNames.account,
    livemode: false,
    secretRef: 'STRIPE_API_KEY',
    webhookSecretRefs: 'STRIPE_WEBHOOK_SECRET',
    country: 'AU',
    settlementCurrencies: 'AUD',
    createdAt,
  });
  const site = em.create(Site, {
    id: siteId(newId('site')),
    organisationId: organisation.id,
    name: 'Front counter',
    slug: demoNames.slug,
    currency: 'AUD',
    country: 'AU',
    zone,
    processorAccountId: account.id,
    providerLocation: demoNames.location,
    collection: 'reader',
    captureMode: 'automatic',
    createdAt,
  });
  em.persist([organisation, account, site]);
  return site;
}

function makeReader(em: UnitOfWork, site: Site): Reader {
  const reader = em.create(Reader, {
    id: readerId(newId('reader')),
    organisationId: site.organisationId,
    siteId: site.id,
    providerRef: demoNames.reader,
    label: 'Till 1',
    deviceType: 'simulated_wisepos_e',
    providerLocation: demoNames.location,
    createdAt: new Date(),
  });
  em.persist(reader);
  return reader;
}
