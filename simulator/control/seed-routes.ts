import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { setMode } from '../readers/behaviour.ts';
import { slotOf } from '../readers/slot.ts';
import { addLocation } from '../resources/locations.ts';
import { addReader } from '../resources/readers.ts';
import type { Account, AccountOptions } from '../store.ts';
import { newestVersion } from '../wire/versions.ts';
import type { World } from '../world.ts';
import { modeInput, modeOf } from './reader-routes.ts';
import { ControlError } from './dispatch.ts';

const locationInput = z.strictObject({
  id: z.string().optional(),
  display_name: z.string().default('Main location'),
  country: z.string().length(2).optional(),
});
const readerInput = z.strictObject({
  id: z.string().optional(),
  label: z.string().default('Reader'),
  location: z.string().optional(),
  device_type: z.string().default('simulated_stripe_s700'),
  behaviour: modeInput.optional(),
});
const accountInput = z.strictObject({
  id: z.string().startsWith('acct_'),
  secret_keys: z.array(z.string()).optional(),
  publishable_keys: z.array(z.string()).optional(),
  country: z.string().length(2).default('AU'),
  currency: z.string().length(3).default('aud'),
  platform: z.string().nullable().default(null),
  api_version: z.string().default(newestVersion),
  registration_codes: z.array(z.string()).default([]),
  locations: z.array(locationInput).default([]),
  readers: z.array(readerInput).default([]),
});
export const seedInput = z.strictObject({ accounts: z.array(accountInput) });
const keysInput = z.strictObject({ secret_keys: z.array(z.string()).min(1) });

/** The account that stands after every reset. */
export const demoAccount: AccountOptions = {
  id: 'acct_demo',
  secretKeys: ['sk_test_demo'],
  publishableKeys: ['pk_test_demo'],
  country: 'AU',
  currency: 'aud',
  platform: null,
  apiVersion: newestVersion,
};

/** Data to begin with: accounts with their keys, places and readers. An account that exists is added to. */
export function seedRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/seed',
      handle: ({ body }) => ({ accounts: seedInput.parse(body).accounts.map((input) => seed(world, input)) }),
    },
    {
      method: 'POST',
      path: '/_control/accounts/:id/keys',
      handle: ({ params, body }) => {
        const account = world.store.account(params['id'] ?? '');
        if (account === undefined) throw new ControlError(404, `No account ${params['id'] ?? ''}`);
        world.store.rotateKeys(account, keysInput.parse(body).secret_keys);
        return { secret_keys: account.secretKeys };
      },
    },
  ];
}

function seed(world: World, input: z.infer<typeof accountInput>): object {
  const account = world.store.account(input.id) ?? open(world, input);
  for (const code of input.registration_codes) account.registrationCodes.add(code);
  const locations = input.locations.map((wish) =>
    addLocation(world, account, {
      ...(wish.id === undefined ? {} : { id: wish.id }),
      display_name: wish.display_name,
      address: { country: wish.country ?? account.country, ...usAddress },
    }),
  );
  const [only] = locations;
  const readers = input.readers.map((wish) =>
    seedReader(world, account, { ...wish, location: wish.location ?? only?.id }),
  );
  return { id: account.id, locations, readers };
}

/** Complete for the one country that demands it. */
const usAddress = { line1: '1 Main Street', city: 'Springfield', state: 'IL', postal_code: '62701' };

function open(world: World, input: z.infer<typeof accountInput>): Account {
  const name = input.id.slice('acct_'.length);
  const options: AccountOptions = {
    id: input.id,
    secretKeys: input.secret_keys ?? [`sk_test_${name}`],
    publishableKeys: input.publishable_keys ?? [`pk_test_${name}`],
    country: input.country,
    currency: input.currency,
    platform: input.platform,
    apiVersion: input.api_version,
  };
  return world.store.addAccount(options, world.clock.nowSeconds());
}

function seedReader(world: World, account: Account, wish: z.infer<typeof readerInput>): object {
  const reader = addReader(world, account, {
    ...(wish.id === undefined ? {} : { id: wish.id }),
    label: wish.label,
    deviceType: wish.device_type,
    location: wish.location,
  });
  if (wish.behaviour !== undefined) setMode(slotOf(world, account, reader), modeOf(wish.behaviour));
  return reader;
}
