import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createStripeConnectionTokens } from '../../src/stripe/connection-token.direct.ts';
import { createStripeReaderAdministration } from '../../src/stripe/reader-administration.direct.ts';
import { simulatedStripe, type SimulatedStripe } from './simulated-stripe.ts';

let sim: SimulatedStripe;

beforeAll(async () => {
  sim = await simulatedStripe();
});
beforeEach(async () => {
  await sim.reset();
  await sim.control('POST', '/seed', { accounts: [{ id: 'acct_demo', registration_codes: ['blue-happy-fox'] }] });
});
afterAll(() => sim.stop());

const readers = () => createStripeReaderAdministration(sim.stripe);
const request = {
  key: 'register-1',
  providerLocation: 'tml_front',
  registrationCode: 'blue-happy-fox',
  label: 'Till 2',
};

describe('administering readers', () => {
  it('registers by the code on the screen, the same reader again under the same key', async () => {
    const first = await readers().register(request);
    expect(first).toMatchObject({ kind: 'registered', reader: { label: 'Till 2', providerLocation: 'tml_front' } });
    expect(await readers().register(request)).toEqual(first);
  });

  it('finds its own reader when the answer was lost and the code is used up [D75]', async () => {
    const first = await readers().register(request);
    const marked = await sim.stripe.terminal.readers.list({ location: 'tml_front' });
    expect(marked.data.map((reader) => reader.metadata['registration_key'])).toContain('register-1');
    // Stripe has forgotten the key, as it may after a day.
    await sim.control('POST', '/clock/advance', { days: 2 });
    const again = await readers().register(request);
    expect(again).toMatchObject({ kind: 'registered' });
    if (first.kind === 'registered' && again.kind === 'registered') {
      expect(again.reader.providerRef).toBe(first.reader.providerRef);
    }
  });

  it('says that a code was refused', async () => {
    const refused = await readers().register({ ...request, registrationCode: 'wrong-code-here' });
    expect(refused.kind).toBe('refused');
  });

  it('lists, renames to and fro, and removes', async () => {
    expect((await readers().list('tml_front')).map((reader) => reader.providerRef)).toEqual([sim.reader]);
    for (const label of ['Left', 'Right', 'Left']) {
      expect(await readers().rename(sim.reader, label)).toBe('renamed');
      expect((await readers().list('tml_front'))[0]?.label).toBe(label);
    }
    expect(await readers().remove(sim.reader)).toBe('removed');
    expect(await readers().remove(sim.reader)).toBe('removed');
    expect(await readers().rename(sim.reader, 'Gone')).toBe('unknown_reader');
    expect(await readers().list('tml_front')).toEqual([]);
  });
});

describe('connection tokens', () => {
  it('are new each time and good for one location', async () => {
    const tokens = createStripeConnectionTokens(sim.stripe);
    const [first, second] = [await tokens.create('tml_front'), await tokens.create('tml_front')];
    expect(first.secret).toMatch(/^pst_/);
    expect(second.secret).not.toBe(first.secret);
    await expect(tokens.create('tml_none')).rejects.toMatchObject({ name: 'ProcessorRefusal' });
  });
});
