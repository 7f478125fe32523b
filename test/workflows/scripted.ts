import type { TerminalSaleActivities } from '../../src/activities/terminal-sale.activities.ts';
import type { SaleSnapshot } from '../../src/domain/sale-snapshot.ts';

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

/** Activities that follow a script and keep the order in which they were called. */
export function scripted(script: Partial<TerminalSaleActivities>): {
  activities: TerminalSaleActivities;
  calls: Call[];
} {
  const calls: Call[] = [];
  const unexpected = (name: string) => () => Promise.reject(new Error(`The script has no ${name}.`));
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
    const run = (script[name] ?? unexpected(name)) as (request: unknown) => Promise<unknown>;
    const recorded = (request: unknown) => {
      calls.push({ name, request });
      return run(request);
    };
    return [name, recorded];
  });
  return { activities: Object.fromEntries(entries) as TerminalSaleActivities, calls };
}
