import { createOrm, migrate } from '../src/entities/orm.ts';
import { openDemoSystem, type DemoPorts, type DemoSystem } from './demo/demo-system.ts';
import { tellMember } from './demo/member-story.ts';
import { needed, runDemo } from './demo/run-demo.ts';
import { demoNames, seedDemoShop, type DemoShop } from './demo/seed.ts';
import { demoSealKey } from './demo/seal-key.ts';
import { createDemoApi, say, tellSale } from './demo/story.ts';

// `npm start`: the simulator, the API, the workers, a sale and a member's payment through all of them. It serves until Ctrl-C.
const once = process.argv.includes('--once');
const systems: DemoSystem[] = [];
const stateFolder = process.env['TILLFLOW_DIR'] ?? '.tillflow';

await runDemo({
  run,
  stop: async () => {
    await Promise.all(systems.map((system) => system.stop()));
  },
});

async function run(stopped: Promise<void>): Promise<void> {
  const orm = await createOrm(needed('DATABASE_URL'));
  await migrate(orm);
  const shop = await seedDemoShop(orm);
  await orm.close();
  const system = await openDemoSystem(demoSealKey(stateFolder));
  systems.push(system);
  const { control, ports } = system;
  await control.reader(demoNames.reader).willTap('4242424242424242', { after: '250ms' });
  const demo = createDemoApi(`http://127.0.0.1:${ports.api}`, shop.secret);
  const id = await tellSale(demo, shop);
  await tellMember(demo, control, shop);
  invite(ports, shop, id);
  if (!once) await Promise.race([stopped, system.ended()]);
}

function invite(ports: DemoPorts, { secret, reader }: DemoShop, sale: string): void {
  const ui = process.env['TEMPORAL_UI_URL'];
  const http = (port: number, path: string) => `http://127.0.0.1:${port}${path}`;
  const body = JSON.stringify({ site: demoNames.slug, reader: reader.id, amount: { amount: 1250, currency: 'AUD' } });
  say('');
  say(`  Open   API docs     ${http(ports.api, '/docs')}`);
  if (ui !== undefined) say(`         Temporal UI  ${ui}/namespaces/default/workflows/sale-${sale}`);
  say(`         Queues       ${http(ports.admin, '/queues')}`);
  say(`         Metrics      ${http(ports.admin, '/metrics')}, ${http(ports.metrics, '/metrics')}`);
  say(`         Simulator    ${http(ports.simulator, '/_control/state')}`);
  say('');
  say(`  Try    curl -s ${http(ports.api, '/v1/sales')} -H 'Authorization: Bearer ${secret}' \\`);
  say(`           -H 'Content-Type: application/json' -H "Idempotency-Key: $RANDOM" -d '${body}'`);
  say(
    `         curl -s -X POST ${http(ports.simulator, `/_control/readers/${demoNames.reader}/tap`)}   # present a card`,
  );
  if (!once) say('\n  Serving until Ctrl-C.');
}
