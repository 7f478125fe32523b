import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { organisationId, processorAccountId, readerId, siteId } from '../../src/domain/ids.ts';
import { subscribedEventTypes } from '../../src/domain/events/provider-events.ts';
import { newId } from '../../src/entities/new-id.ts';
import { Organisation } from '../../src/entities/organisations/organisation.entity.ts';
import { unitOfWork } from '../../src/entities/orm.ts';
import { ProcessorAccount } from '../../src/entities/processor-account.entity.ts';
import { Reader } from '../../src/entities/counter/reader.entity.ts';
import { Site } from '../../src/entities/counter/site.entity.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import type { Counter } from '../support/counter.ts';
import { Host } from '../support/members.ts';
import { memberWithCard } from '../support/saved-card.ts';
import { stateFolder } from '../support/stack.ts';
import { Till } from '../support/till.ts';
import { until } from '../support/until.ts';
import { savedCard } from './member-rows.ts';
import { bringClubs, type SceneMonthEnd } from './month-end-scene.ts';
import type { MemberPlan } from './plan-member.ts';
import type { Plan } from './plan.ts';
import type { System } from './run.ts';

/** The stage of one seed: an organisation with an account at the processor that no other seed uses. */
export interface Scene {
  /** At the processor. */
  readonly account: string;
  /** The account's row. */
  readonly accountId: string;
  readonly tills: readonly SceneTill[];
  readonly members: readonly SceneMember[];
  readonly monthEnd: SceneMonthEnd | null;
}

export interface SceneMember {
  readonly id: string;
  /** Whom they pay who pay no club. */
  readonly friend: string;
  /** The saved card at the processor; null without one. */
  readonly cardRef: string | null;
  readonly plan: MemberPlan;
}

export interface SceneTill {
  readonly till: Till;
  /** The reader's name at the processor. */
  readonly readerRef: string;
}

/** Sets the stage on both sides, and waits until the API knows where its webhooks come in. */
export async function setScene({ counter, office }: Pick<System, 'counter' | 'office'>, plan: Plan): Promise<Scene> {
  const tag = `${plan.seed}_${randomUUID().slice(0, 8)}`;
  const account = `acct_sim${tag}`;
  const key = `sk_test_sim${tag}`;
  const locations = plan.sites.map((_, index) => `tml_sim${tag}_${index}`);
  const readerRefs = plan.tills.map((_, index) => `tmr_sim${tag}_${index}`);
  await counter.control.seed({
    accounts: [
      {
        id: account,
        secret_keys: [key],
        locations: locations.map((id) => ({ id, display_name: id })),
        readers: plan.tills.map(({ site }, index) => ({
          id: readerRefs[index]!,
          label: `Till ${index}`,
          location: locations[site]!,
        })),
      },
    ],
  });
  const endpoint = `${counter.apiUrl}/webhooks/stripe/${account}`;
  const webhookSecret = await openEndpoint(counter, { key, endpoint });
  const secrets = { key: secretFile(`${tag}.key`, key), webhook: secretFile(`${tag}.webhook`, webhookSecret) };
  const rows = makeRows(plan, { account, locations, readerRefs, secrets, tag });
  const em = unitOfWork(counter.orm);
  await em.persist(rows.all(em)).flush();
  await until(async () => (await fetch(endpoint, { method: 'POST', body: '{}' })).status === 400);
  const tills = rows.places.map((place) => new Till(counter.apiUrl, counter.shop.secret, place));
  return {
    account,
    accountId: rows.accountId,
    tills: tills.map((till, index) => ({ till, readerRef: readerRefs[index] ?? '' })),
    members: await Promise.all(plan.members.map((member) => bringMember(counter, member))),
    monthEnd: plan.monthEnd === null ? null : await bringClubs(office, plan.monthEnd, { seed: plan.seed, tag }),
  };
}

/** A member with money, a card if there is to be one, and somebody to pay; all before anything goes wrong. */
async function bringMember(counter: Counter, plan: MemberPlan): Promise<SceneMember> {
  const host = new Host(counter);
  const { balanceMinor, autoMinor } = plan;
  const hasCard = autoMinor !== null;
  const id = hasCard
    ? await memberWithCard(counter, host, { balanceMinor, autoMinor })
    : await host.member(balanceMinor);
  return { id, friend: await host.member(), cardRef: await savedCard(counter, id), plan };
}

interface Names {
  readonly account: string;
  readonly locations: readonly string[];
  readonly readerRefs: readonly string[];
  readonly secrets: { readonly key: string; readonly webhook: string };
  readonly tag: string;
}

type UnitOfWork = ReturnType<typeof unitOfWork>;

function makeRows(plan: Plan, names: Names) {
  const organisation = organisationId(newId('organisation'));
  const accountId = processorAccountId(newId('processorAccount'));
  const sites = plan.sites.map((site, index) => ({
    id: siteId(newId('site')),
    slug: `sim-${names.tag.replace('_', '-')}-${index}`,
    providerLocation: names.locations[index]!,
    captureMode: site.captureMode,
  }));
  const readers = plan.tills.map((till, index) => ({
    id: readerId(newId('reader')),
    siteId: sites[till.site]!.id,
    providerRef: names.readerRefs[index]!,
    providerLocation: names.locations[till.site]!,
  }));
  const common = { organisationId: organisation, createdAt: new Date() };
  const place = { currency: 'AUD', country: 'AU', zone: 'Australia/Sydney' };
  return {
    accountId,
    places: readers.map((reader, index) => ({ site: sites[plan.tills[index]!.site]!.slug, reader: reader.id })),
    all: (em: UnitOfWork) => [
      em.create(Organisation, {
        ...{ id: organisation, name: `Seed ${plan.seed}`, status: 'active', zone: place.zone },
        createdAt: common.createdAt,
      }),
      em.create(ProcessorAccount, {
        ...{ id: accountId, provider: 'stripe', mode: 'own_keys', externalRef: names.account, livemode: false },
        ...{ secretRef: names.secrets.key, webhookSecretRefs: names.secrets.webhook },
        ...{ country: 'AU', settlementCurrencies: 'AUD' },
        ...common,
      }),
      ...sites.map((site) =>
        em.create(Site, {
          ...{ ...site, name: site.slug, processorAccountId: accountId, collection: 'reader' },
          ...place,
          ...common,
        }),
      ),
      ...readers.map((reader) =>
        em.create(Reader, {
          ...{ ...reader, label: reader.providerRef, deviceType: 'simulated_wisepos_e' },
          ...common,
        }),
      ),
    ],
  };
}

async function openEndpoint(counter: Counter, at: { key: string; endpoint: string }): Promise<string> {
  const apiBase = counter.env['STRIPE_API_BASE'] ?? '';
  const stripe = createStripeClient({ apiKey: at.key, apiBase, timeoutMs: 5_000 });
  const types = subscribedEventTypes as 'charge.succeeded'[];
  const { secret } = await stripe.webhookEndpoints.create(
    { url: at.endpoint, enabled_events: types },
    { idempotencyKey: at.endpoint },
  );
  if (secret === undefined) throw new Error('The simulator did not tell the secret of the endpoint.');
  return secret;
}

const secretsFolder = join(stateFolder, 'simulate', `secrets-${process.pid}`);

/** The product reads secrets from files by their names (decisions D59). */
function secretFile(name: string, secret: string): string {
  mkdirSync(secretsFolder, { recursive: true });
  const file = join(secretsFolder, name);
  writeFileSync(file, secret, { mode: 0o600 });
  return `file:${file}`;
}

/** Deletes the made-up secrets of this process. */
export function forgetSecrets(): void {
  rmSync(secretsFolder, { recursive: true, force: true });
}
