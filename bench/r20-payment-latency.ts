import { openBareSales } from './support/bare-sales.ts';
import { runCallers } from './support/callers.ts';
import type { Bench } from './contract.ts';
import { MemberCallers } from './support/member-callers.ts';
import { proveMembers } from './support/member-proof.ts';
import { addMembers } from './support/members.ts';
import { alternate } from './support/rounds.ts';
import { median } from './support/statistics.ts';
import { openSystem } from './support/system.ts';
import { openClient } from './support/temporal-client.ts';

/** A payment that the balance covers, from the request to the answer, against the one hop that it cannot do without. */
export const paymentLatency: Bench = {
  id: 'R20',
  title: 'a payment from balance over HTTP, against a bare update-with-start with one activity',
  usesTemporal: true,
  async run(context) {
    const client = await openClient(context);
    const system = await openSystem(context, { readers: 1 });
    const [member = ''] = await addMembers(system, { count: 1, balanceMinor: 100_000_000 });
    const host = new MemberCallers(context, system, 1);
    const bare = await openBareSales(context, client);
    let paid = 0;
    const pay = async (): Promise<void> => {
      await host.send(host.payment(member, 100));
      paid += 1;
    };
    const side = (name: string, work: () => Promise<void>) => ({
      name,
      run: async () => median((await runCallers(1, context.seconds, work)).latenciesMs),
    });
    const sides = { ours: side('payment', pay), theirs: side('bare update', () => bare.ask()), unit: 'ms' };
    const { ratio } = await alternate(context, sides);
    await proveMembers(system, paid);
    return [{ unit: 'latency', when: 'at 1 caller', value: ratio, goal: 2, floor: 2, better: 'less' }];
  },
};
