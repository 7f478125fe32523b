import type { Account } from '../store.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { aged } from './balance-transactions.ts';

/** The account's own money at the processor (cobalt.md 2.12). */
export function balanceRoutes(world: World): ApiRoute[] {
  return [
    endpoint('GET /v1/balance', {}, ({ account }) => {
      const sums = balanceOf(world, account);
      const part = (of: keyof Sums) =>
        [...sums].map(([currency, sum]) => ({ amount: sum[of], currency, source_types: { card: sum[of] } }));
      return {
        object: 'balance',
        available: part('available'),
        connect_reserved: [...sums.keys()].map((currency) => ({ amount: 0, currency })),
        livemode: false,
        pending: part('pending'),
      };
    }),
  ];
}

interface Sums {
  available: number;
  pending: number;
}

/** By currency, minor units: the opening balance and every balance transaction, net, as it stands now. */
export function balanceOf(world: World, account: Account): Map<string, Sums> {
  const sums = new Map<string, Sums>([[account.currency, { available: 0, pending: 0 }]]);
  const at = (currency: string): Sums => {
    const sum = sums.get(currency) ?? { available: 0, pending: 0 };
    sums.set(currency, sum);
    return sum;
  };
  for (const [currency, amount] of account.openingBalance) at(currency).available += amount;
  for (const item of account.balanceTransactions.oldestFirst()) {
    at(item.currency)[aged(world, item).status === 'available' ? 'available' : 'pending'] += item.net;
  }
  return sums;
}
