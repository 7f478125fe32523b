import type { CallbackHost } from '../../support/callback-host.ts';
import { until } from '../../support/until.ts';
import type { Rows } from './rows.ts';

/** What was told of members' money: notices to members, callbacks to the host. */
export interface Told {
  readonly notices: number;
  readonly callbacks: number;
}

/** Rows that break it: what happened, and how many notices of it there are. */
const untold = {
  'a top-up by saved card': `SELECT u.id, COUNT(n.id) AS notices FROM top_up u
    LEFT JOIN notice n ON n.kind = 'auto_top_up_succeeded' AND n.dedupe_key = CONCAT('auto-top-up-', u.id)
    WHERE u.kind = 'auto' AND u.state = 'succeeded' GROUP BY u.id HAVING notices <> 1`,
  'a refund': `SELECT r.id, COUNT(n.id) AS notices FROM refund r
    LEFT JOIN notice n ON n.kind = 'card_refund' AND n.dedupe_key = CONCAT('card-refund-', r.id)
    WHERE r.state = 'succeeded' GROUP BY r.id HAVING notices <> 1`,
  'a payment with a route': `SELECT p.id, COUNT(d.id) AS callbacks FROM payment p
    LEFT JOIN callback_delivery d ON d.payment_id = p.id AND d.status = 'Success'
    WHERE p.route_code IS NOT NULL GROUP BY p.id, p.state HAVING callbacks <> (p.state = 'paid')`,
} as const;

/** Each success was written for its member, and each payment's outcome for its host, once; the host got every one. */
export async function proveTold(rows: Rows, host: CallbackHost): Promise<Told> {
  for (const [what, sql] of Object.entries(untold)) {
    const wrong = await rows.all(sql);
    if (wrong.length > 0) throw new Error(`${what} was not told once: ${JSON.stringify(wrong.slice(0, 5))}`);
  }
  const pending = "SELECT COUNT(*) FROM callback_delivery WHERE state <> 'delivered'";
  await until(async () => (await rows.count(pending)) === 0, { withinMs: 20_000, everyMs: 50 });
  const callbacks = await rows.count('SELECT COUNT(*) FROM callback_delivery');
  const ids = new Set(host.received.map(({ headers }) => headers['webhook-id']));
  if (ids.size !== callbacks || host.received.length !== callbacks) {
    throw new Error(`${callbacks} callbacks, received ${host.received.length} times under ${ids.size} ids.`);
  }
  const notices = await rows.count(
    "SELECT COUNT(*) FROM notice WHERE kind IN ('auto_top_up_succeeded', 'card_refund')",
  );
  return { notices, callbacks };
}
