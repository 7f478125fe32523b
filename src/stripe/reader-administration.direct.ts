import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type {
  ProviderReader,
  ReaderAdministration,
  RegisterReaderOutcome,
  RegisterReaderRequest,
} from '../domain/counter/reader-administration.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { ask, askKeyed, demand, isRefusal } from './stripe-errors.ts';

/** Marks a reader with the request that registered it, so that a lost answer can be found again (decisions D75). */
const registrationMark = 'registration_key';

/** Pairs, lists, renames and unpairs Stripe's readers. Silence throws `ProcessorSilence`. */
export function createStripeReaderAdministration(stripe: Stripe): ReaderAdministration {
  return {
    register: (request) => register(stripe, request),
    list: async (providerLocation) => (await readersAt(stripe, providerLocation)).map(providerReader),
    rename: (providerRef, label) => rename(stripe, providerRef, label),
    remove: (providerRef) => remove(stripe, providerRef),
  };
}

async function register(stripe: Stripe, request: RegisterReaderRequest): Promise<RegisterReaderOutcome> {
  const answer = await askKeyed({
    key: request.key,
    send: (options) =>
      stripe.terminal.readers.create(
        {
          registration_code: request.registrationCode,
          location: request.providerLocation,
          label: request.label,
          metadata: { [registrationMark]: request.key },
        },
        options,
      ),
    lookUp: () => registeredUnder(stripe, request),
  });
  if (!isRefusal(answer)) return { kind: 'registered', reader: providerReader(answer) };
  // A code is good once: if it was ours whose answer was lost, the reader stands at the location with our mark.
  const reader = await registeredUnder(stripe, request);
  return reader === undefined
    ? { kind: 'refused', message: answer.message }
    : { kind: 'registered', reader: providerReader(reader) };
}

async function registeredUnder(
  stripe: Stripe,
  request: RegisterReaderRequest,
): Promise<Stripe.Terminal.Reader | undefined> {
  const readers = await readersAt(stripe, request.providerLocation);
  return readers.find((reader) => reader.metadata[registrationMark] === request.key);
}

async function readersAt(stripe: Stripe, location: string): Promise<Stripe.Terminal.Reader[]> {
  const readers: Stripe.Terminal.Reader[] = [];
  for (;;) {
    const after = readers.at(-1)?.id;
    const page = await demand(() =>
      stripe.terminal.readers.list({ location, limit: 100, ...(after === undefined ? {} : { starting_after: after }) }),
    );
    readers.push(...page.data);
    if (!page.has_more) return readers;
  }
}

/** The key is new each time: renamed to and fro within a day, an old answer must not be replayed for a new wish. */
async function rename(stripe: Stripe, providerRef: string, label: string): Promise<'renamed' | 'unknown_reader'> {
  const idempotencyKey = `reader-rename-${randomUUID()}`;
  const answer = await ask(() => stripe.terminal.readers.update(providerRef, { label }, { idempotencyKey }));
  if (!isRefusal(answer)) return 'renamed';
  if (answer.code === 'resource_missing') return 'unknown_reader';
  throw new ProcessorRefusal(answer.code, answer.message);
}

async function remove(stripe: Stripe, providerRef: string): Promise<'removed'> {
  const answer = await ask(() => stripe.terminal.readers.del(providerRef));
  if (!isRefusal(answer) || answer.code === 'resource_missing') return 'removed';
  throw new ProcessorRefusal(answer.code, answer.message);
}

function providerReader(reader: Stripe.Terminal.Reader): ProviderReader {
  const location = reader.location;
  return {
    providerRef: reader.id,
    label: reader.label,
    deviceType: reader.device_type,
    serialNumber: reader.serial_number,
    providerLocation: location === null || typeof location === 'string' ? location : location.id,
    online: reader.status === 'online',
  };
}
