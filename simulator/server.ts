import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createClock } from './clock.ts';
import { balanceControlRoutes } from './control/balance-routes.ts';
import { browserRoutes } from './control/browser-routes.ts';
import { cardControlRoutes } from './control/card-routes.ts';
import { chargeControlRoutes } from './control/charge-routes.ts';
import { clockRoutes } from './control/clock-routes.ts';
import { CONTROL_PREFIX, answerControl, controlRouter } from './control/dispatch.ts';
import { endpointControlRoutes } from './control/endpoint-routes.ts';
import { holdRoutes } from './control/hold-routes.ts';
import { payoutControlRoutes } from './control/payout-routes.ts';
import { transferControlRoutes } from './control/transfer-routes.ts';
import { readerControlRoutes } from './control/reader-routes.ts';
import { refundControlRoutes } from './control/refund-routes.ts';
import { resetRoute } from './control/reset-route.ts';
import { demoAccount, seedRoutes } from './control/seed-routes.ts';
import { stateRoutes } from './control/state-routes.ts';
import { createEventSource } from './event-source.ts';
import { createFaultEngine } from './faults/engine.ts';
import type { EventSink } from './ports.ts';
import { createRandom } from './random.ts';
import { apiRoutes } from './resources/routes.ts';
import { defaultSettings } from './settings.ts';
import { createStore } from './store.ts';
import { createWebhookEngine } from './webhooks/engine.ts';
import { answerApi } from './wire/api.ts';
import { createHoldGate } from './wire/hold-gate.ts';
import { createHttpServer } from './wire/http.ts';
import { createRequestLog } from './wire/request-log.ts';
import { createRouter } from './wire/routes.ts';
import { noCause, type World } from './world.ts';

export interface SimulatorOptions {
  /** 0 or nothing: a free port. */
  port?: number;
  /** The same seed and the same calls give the same ids; nothing: another seed for every start. */
  seed?: number;
  host?: string;
}
export interface Simulator {
  url: string;
  host: string;
  port: number;
  seed: number;
  stop(): Promise<void>;
}

/** Starts a Stripe of one's own: an HTTP server with its state in memory (terminal.md 5). */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1';
  // Ids must not repeat between starts, or a database that outlives the simulator meets them twice.
  const seed = options.seed ?? randomInt(2 ** 31);
  const { server, shutDown } = assemble(seed);
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://${host}:${port}`, host, port, seed },
    async stop() {
      shutDown();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Wires clock, chance, state, faults and webhooks behind one HTTP server. */
function assemble(seed: number) {
  const world = createWorld(seed);
  const { clock, random, settings } = world;
  const webhooks = createWebhookEngine({ clock, random, source: createEventSource(world) });
  world.sink = webhooks;
  const faults = createFaultEngine({ random });
  const gate = createHoldGate();
  const log = createRequestLog(() => settings.keptRequests);
  const parts = { world, router: createRouter(apiRoutes(world)), faults, gate, log };
  const control = controlRouter([
    ...clockRoutes(world),
    ...browserRoutes(world),
    ...cardControlRoutes(world),
    ...chargeControlRoutes(world),
    ...balanceControlRoutes(world),
    ...payoutControlRoutes(world),
    ...transferControlRoutes(world),
    ...readerControlRoutes(world),
    ...seedRoutes(world),
    ...stateRoutes(world, log),
    ...refundControlRoutes(world),
    ...endpointControlRoutes(world),
    ...holdRoutes(gate),
    ...faults.routes,
    ...webhooks.routes,
    resetRoute(parts, [faults, webhooks]),
  ]);
  const server = createHttpServer((request) =>
    request.path.startsWith(CONTROL_PREFIX) ? answerControl(control, request) : answerApi(parts, request),
  );
  return {
    server,
    shutDown: (): void => {
      gate.clear();
      webhooks.stop();
      clock.reset();
    },
  };
}

function createWorld(seed: number): World {
  const settings = { ...defaultSettings };
  const silent: EventSink = { accept: () => undefined, flushBeforeResponse: () => Promise.resolve() };
  const world: World = {
    clock: createClock(),
    random: createRandom(seed),
    store: createStore(settings),
    settings,
    cause: noCause,
    sink: silent,
  };
  world.store.addAccount(demoAccount, world.clock.nowSeconds());
  return world;
}
