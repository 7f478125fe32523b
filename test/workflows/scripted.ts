import type { TerminalSaleActivities } from '../../src/activities/counter/terminal-sale.activities.ts';
import type { SaleSnapshot } from '../../src/domain/counter/sale-snapshot.ts';

/** A sale as an activity would answer it; only what a test speaks of is given. */
export function snapshot(given: Partial<SaleSnapshot>): SaleSnapshot {
  return {
    state: 'created',
    attempt: 1,
    readerId: 'rdr_1',
    outcome: null,
    declineCode: null,
    tipMinor: 0,
    authorizedMinor: 0,
    capturedMinor: 0,
    brand: null,
    last4: null,
    attentionReason: null,
    captureBefore: null,
    asOf: '2026-11-21T00:00:00.000Z',
    ...given,
  };
}

export type Call = { readonly name: keyof TerminalSaleActivities; readonly request: unknown };

/** Activities that follow the script of the moment and keep the order in which they were called. */
export function scripted(current: () => Partial<TerminalSaleActivities>): {
  activities: TerminalSaleActivities;
  calls: Call[];
} {
  const calls: Call[] = [];
  const names = [
    'dispatchSale',
    'advanceSale',
    'takeSale',
    'cancelSale',
    'lapseSale',
    'loseSale',
    'askForDecision',
  ] as const;
  const entries = names.map((name) => {
    const recorded = (request: never) => {
      calls.push({ name, request });
      const step = current()[name] as ((request: never) => Promise<unknown>) | undefined;
      if (step === undefined) throw new Error(`The script has no ${name}.`);
      return step(request);
    };
    return [name, recorded];
  });
  return { activities: Object.fromEntries(entries) as TerminalSaleActivities, calls };
}
