import type { ReaderRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { invalidParameter, noSuch } from '../wire/errors.ts';
import { filledText, mergeMetadata, metadata, needed, oneOf, text } from '../wire/fields.ts';
import { listPage, paging } from '../wire/lists.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { locationNamed } from './locations.ts';

/** Registration codes that may be used without end, and the device each one makes (terminal.md 4.1). */
const simulatedCodes: Record<string, string> = {
  'simulated-wpe': 'simulated_wisepos_e',
  'simulated-s700': 'simulated_stripe_s700',
  'simulated-s710': 'simulated_stripe_s710',
};

const createShape = { registration_code: needed(filledText), label: text, location: filledText, metadata };
const updateShape = { label: text, metadata };
const filters = {
  ...paging,
  device_type: filledText,
  location: filledText,
  serial_number: filledText,
  status: oneOf('online', 'offline'),
};

/** Registering, listing and naming readers; what they do is in reader-actions.ts. */
export function readerRoutes(world: World): ApiRoute[] {
  return [
    endpoint('POST /v1/terminal/readers', createShape, ({ account, params }) => {
      const deviceType = takeCode(account, params.registration_code);
      return addReader(world, account, { ...params, label: params.label || params.registration_code, deviceType });
    }),
    endpoint('GET /v1/terminal/readers', filters, ({ account, params }) =>
      listPage(account.readers, {
        url: '/v1/terminal/readers',
        noun: 'reader',
        params,
        keep: (reader) =>
          (params.device_type ?? reader.device_type) === reader.device_type &&
          (params.location ?? reader.location) === reader.location &&
          (params.serial_number ?? reader.serial_number) === reader.serial_number &&
          (params.status ?? reader.status) === reader.status,
      }),
    ),
    endpoint('GET /v1/terminal/readers/:id', {}, ({ account, path }) => readerAt(account, path)),
    endpoint('POST /v1/terminal/readers/:id', updateShape, ({ account, path, params }) => {
      const reader = readerAt(account, path);
      reader.metadata = mergeMetadata(reader.metadata, params.metadata);
      if (params.label !== undefined) reader.label = params.label || reader.serial_number;
      return reader;
    }),
    endpoint('DELETE /v1/terminal/readers/:id', {}, ({ account, path }) => {
      const { id, device_type, serial_number } = readerAt(account, path);
      account.readers.remove(id);
      account.devices.delete(id);
      return { id, object: 'terminal.reader', deleted: true, device_type, serial_number };
    }),
  ];
}

export function readerAt(account: Account, path: Record<string, string>): ReaderRecord {
  const id = path['id'] ?? '';
  const reader = account.readers.get(id);
  if (reader === undefined) throw noSuch('terminal reader', id, 'reader');
  return reader;
}

/** A code of a device in a box works once. */
function takeCode(account: Account, code: string): string {
  const simulated = simulatedCodes[code];
  if (simulated !== undefined) return simulated;
  if (account.registrationCodes.delete(code)) return 'bbpos_wisepos_e';
  const message = 'The registration code is unknown, has expired or has already been used.';
  throw invalidParameter('registration_code', message);
}

export interface NewReader {
  id?: string;
  label: string;
  deviceType: string;
  location?: string | undefined;
  metadata?: Record<string, string> | '' | undefined;
}

/** Also used to seed. Software 2.42 is the first whose failures carry `api_error` (terminal.md 4.1). */
export function addReader(world: World, account: Account, wish: NewReader): ReaderRecord {
  if (wish.location !== undefined) locationNamed(account, wish.location, 'location');
  const reader: ReaderRecord = {
    id: wish.id ?? world.random.id('tmr_G', 15),
    object: 'terminal.reader',
    action: null,
    device_sw_version: '2.42.0.0',
    device_type: wish.deviceType,
    ip_address: '0.0.0.0',
    label: wish.label,
    last_seen_at: world.clock.nowMs(),
    livemode: false,
    location: wish.location ?? null,
    metadata: mergeMetadata({}, wish.metadata),
    serial_number: `SIM${world.random.id('', 12).toUpperCase()}`,
    status: 'online',
  };
  account.readers.add(reader);
  return reader;
}
