import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { DeliverySettings } from './dispatcher.ts';
import type { PostOffice } from './post-office.ts';
import { webhookRuleInput, type WebhookRules } from './rules.ts';

interface RouteParts {
  rules: WebhookRules;
  log: DeliveryLog;
  settings: DeliverySettings;
  post: PostOffice;
}

const settingsInput = z.strictObject({
  retryScheduleMs: z.array(z.number().int().positive()).optional(),
  timeoutMs: z.number().int().positive().optional(),
});
const releaseInput = z.strictObject({ order: z.enum(['generated', 'reversed']).default('generated') });
const resendInput = z.strictObject({ event: z.string(), account: z.string().optional() });

/** Control plane of the webhook engine (terminal.md 5.7, 5.9): rules, what is held or lost, resending, the delivery log. */
export function webhookRoutes({ rules, log, settings, post }: RouteParts): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/_control/webhooks',
      handle: () => ({ ...post.holding.counts, inFlight: post.inFlight, settings, rules: rules.list() }),
    },
    {
      method: 'POST',
      path: '/_control/webhooks/rules',
      handle: ({ body }) => ({ id: rules.add(webhookRuleInput.parse(body)) }),
    },
    {
      method: 'DELETE',
      path: '/_control/webhooks/rules',
      handle: () => {
        rules.clear();
        return { deleted: true };
      },
    },
    {
      method: 'DELETE',
      path: '/_control/webhooks/rules/:id',
      handle: ({ params }) => ({ deleted: rules.remove(params['id'] ?? '') }),
    },
    {
      method: 'POST',
      path: '/_control/webhooks/settings',
      handle: ({ body }) => Object.assign(settings, settingsInput.parse(body)),
    },
    ...sendingRoutes(log, post),
    {
      method: 'GET',
      path: '/_control/deliveries',
      handle: ({ query }) => ({
        deliveries: log.find({
          event: query.get('event'),
          type: query.get('type'),
          object: query.get('object'),
          status: query.get('status'),
        }),
      }),
    },
  ];
}

function sendingRoutes(log: DeliveryLog, post: PostOffice): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/webhooks/release',
      handle: async ({ body }) => ({ released: await post.holding.release(releaseInput.parse(body ?? {}).order) }),
    },
    {
      method: 'POST',
      path: '/_control/webhooks/replay',
      handle: async () => ({ replayed: await post.holding.replay() }),
    },
    {
      method: 'POST',
      path: '/_control/webhooks/resend',
      handle: ({ body }) => {
        const { event, account } = resendInput.parse(body);
        const owner = account ?? log.accountOf(event);
        return { deliveries: (owner === undefined ? undefined : post.resend(owner, event)) ?? [] };
      },
    },
  ];
}
