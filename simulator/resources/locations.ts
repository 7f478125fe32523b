import type { LocationRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter, missingParameter, noSuch } from '../wire/errors.ts';
import { filledText, group, mergeMetadata, metadata, needed, text, untouched, type Parsed } from '../wire/fields.ts';
import { listPage, paging } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';

const addressShape = {
  city: text,
  country: text,
  line1: text,
  line2: text,
  postal_code: text,
  state: text,
};
const shape = {
  address: group(addressShape),
  configuration_overrides: text,
  display_name: filledText,
  metadata,
  phone: text,
  address_kana: untouched,
  address_kanji: untouched,
  display_name_kana: untouched,
  display_name_kanji: untouched,
};
const createShape = { ...shape, address: needed(shape.address), display_name: needed(filledText) };

/** Places readers stand in (terminal.md 4.1). */
export function locationRoutes(world: World): ApiRoute[] {
  return [
    endpoint('POST /v1/terminal/locations', createShape, ({ account, params }) => addLocation(world, account, params)),
    endpoint('GET /v1/terminal/locations', paging, ({ account, params }) =>
      listPage(account.locations, { url: '/v1/terminal/locations', noun: 'location', params, keep: () => true }),
    ),
    endpoint('GET /v1/terminal/locations/:id', {}, ({ account, path }) =>
      locationNamed(account, path['id'] ?? '', 'id'),
    ),
    endpoint('POST /v1/terminal/locations/:id', shape, update),
    endpoint('DELETE /v1/terminal/locations/:id', {}, ({ account, path }) => {
      const { id } = locationNamed(account, path['id'] ?? '', 'id');
      account.locations.remove(id);
      return { id, object: 'terminal.location', deleted: true };
    }),
  ];
}

/** Also used to seed: `id` then is the caller's. */
export function addLocation(
  world: World,
  account: Account,
  given: Parsed<typeof createShape> & { id?: string },
): LocationRecord {
  const location: LocationRecord = {
    id: given.id ?? world.random.id('tml_G', 15),
    object: 'terminal.location',
    address: addressOf(given.address),
    display_name: given.display_name,
    livemode: false,
    metadata: mergeMetadata({}, given.metadata),
    ...(given.phone === undefined ? {} : { phone: given.phone }),
    ...(given.configuration_overrides === undefined ? {} : { configuration_overrides: given.configuration_overrides }),
  };
  account.locations.add(location);
  return location;
}

function addressOf(given: Parsed<typeof addressShape>): LocationRecord['address'] {
  if (given.country === undefined || given.country === '') throw missingParameter('address[country]');
  if (!/^[A-Z]{2}$/.test(given.country)) {
    throw invalidParameter('address[country]', `Country '${given.country}' is unknown.`, 'country_code_invalid');
  }
  if (given.country === 'US') {
    const lacking = (['line1', 'city', 'state', 'postal_code'] as const).find((key) => !given[key]);
    if (lacking !== undefined) throw missingParameter(`address[${lacking}]`);
  }
  const blank = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  const filled = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value || null]));
  return { ...blank, ...filled };
}

function update({ account, path, params }: ApiCall<typeof shape>): LocationRecord {
  const location = locationNamed(account, path['id'] ?? '', 'id');
  if (params.address !== undefined) {
    if (params.address.country !== undefined && params.address.country !== location.address.country) {
      throw invalidParameter('address[country]', "A location's country cannot be changed.");
    }
    const known = Object.fromEntries(Object.entries(location.address).map(([key, value]) => [key, value ?? undefined]));
    location.address = addressOf({ ...(known as Parsed<typeof addressShape>), ...params.address });
  }
  location.display_name = params.display_name ?? location.display_name;
  location.metadata = mergeMetadata(location.metadata, params.metadata);
  if (params.phone !== undefined) location.phone = params.phone;
  return location;
}

export function locationNamed(account: Account, id: string, param: string): LocationRecord {
  const location = account.locations.get(id);
  if (location === undefined) throw noSuch('location', id, param);
  return location;
}
