import type { Clock, ControlRoute, EventSink, EventSource, Random, StripeEvent } from '../ports.ts';
import { createDeliveryLog, type DeliveryRecord } from './delivery-log.ts';
import { Dispatcher, type DeliverySettings } from './dispatcher.ts';
import { ParcelMaker, PendingWebhooks } from './parcels.ts';
import { PostOffice } from './post-office.ts';
import { webhookRoutes } from './routes.ts';
import { createWebhookRules, honestDelivery } from './rules.ts';
import { createTransport } from './transport.ts';

export interface WebhookEngineParts {
  clock: Clock;
  random: Random;
  source: EventSource;
}

export type WebhookEngine = EventSink & {
  routes: ControlRoute[];
  /** Back to the state after creation: no rules, no deliveries, nothing waiting, settings as they were. */
  reset(): void;
  /** Delivers nothing more and closes all connections. */
  stop(): void;
};

const defaultSettings: DeliverySettings = {
  // Stripe's three days of growing gaps, scaled to what a test or a demonstration can wait for.
  retryScheduleMs: [200, 1_000, 5_000, 30_000, 300_000, 3_600_000],
  timeoutMs: 10_000,
};
const logLimit = 10_000;

/** Delivers the core's events to webhook endpoints, faithfully or as unfaithfully as the rules say (terminal.md 5.7). */
export function createWebhookEngine({ clock, random, source }: WebhookEngineParts): WebhookEngine {
  const settings = { ...defaultSettings };
  const log = createDeliveryLog(logLimit);
  const rules = createWebhookRules(random);
  const transport = createTransport();
  const pending = new PendingWebhooks(source);
  const onTaken = (record: DeliveryRecord): void => {
    pending.taken(record);
  };
  const dispatcher = new Dispatcher({ clock, source, transport, settings, onTaken });
  const post = new PostOffice(source, pending, { dispatcher, maker: new ParcelMaker(clock, log) });
  let stopped = false;

  const forget = (): void => {
    post.clear();
    log.clear();
  };
  return {
    accept(account, event) {
      if (stopped) return;
      const plan = rules.planFor(account, event);
      post.deliver(account, event, plan);
      for (const extra of plan.extraEvents) {
        const type = extra === 'twin' ? event.type : extra.type;
        const made: StripeEvent = { ...event, id: source.newEventId(), type, pending_webhooks: 0 };
        source.record(account, made);
        post.deliver(account, made, honestDelivery);
      }
    },
    flushBeforeResponse: () => post.flushUrgent(),
    routes: webhookRoutes({ rules, log, settings, post }),
    reset() {
      forget();
      rules.clear();
      Object.assign(settings, defaultSettings);
    },
    stop() {
      stopped = true;
      forget();
      transport.close();
    },
  };
}
