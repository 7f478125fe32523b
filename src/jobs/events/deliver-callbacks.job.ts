import { callbackPauseMs } from '../../domain/events/callback-schedule.ts';
import type {
  AttemptEnd,
  CallbackDeliveries,
  CallbackTarget,
  TakenDelivery,
} from '../../entities/events/callback-deliveries.ts';
import type { CallbackAnswer, CallbackSender } from './callback-sender.ts';
import type { JobLog } from '../job-ports.ts';
import { standardWebhookHeaders } from './standard-webhook.ts';

export interface DeliverCallbacksDependencies {
  readonly callbacks: Pick<CallbackDeliveries, 'dueCodes' | 'take' | 'end' | 'target'>;
  readonly sendCallback: CallbackSender;
  /** The secret behind a reference; throws when it is not set. */
  readonly secretOf: (reference: string) => string;
  readonly log: JobLog;
  readonly now: () => Date;
}

/** So many are under way to one host at a time. */
const atOnce = 10;
/** Longer than any attempt takes: what a killed process took is sent again after it, at least once in all. */
const leaseMs = 60_000;
/** A run ends, so that the codes are asked for anew. */
const roundsPerRun = 20;

/**
 * Delivers the outcomes that are due, each code by itself, so that a slow host keeps nobody else waiting. At least once:
 * the receiver knows a repetition by its `webhook-id`. Answers how many were taken by their hosts.
 */
export async function deliverCallbacks(deps: DeliverCallbacksDependencies): Promise<number> {
  const codes = await deps.callbacks.dueCodes(deps.now());
  const taken = await Promise.all(codes.map((code) => deliverCode(deps, code)));
  return taken.reduce((sum, count) => sum + count, 0);
}

/** A host that takes nothing any more is left alone until the next run. */
async function deliverCode(deps: DeliverCallbacksDependencies, code: string): Promise<number> {
  let delivered = 0;
  for (let round = 0; round < roundsPerRun; round += 1) {
    const deliveries = await deps.callbacks.take(code, { now: deps.now(), limit: atOnce, leaseMs });
    if (deliveries.length === 0) break;
    const target = await deps.callbacks.target(code);
    const ends = await Promise.all(deliveries.map((delivery) => deliver(deps, delivery, target)));
    const count = ends.filter((end) => end.kind === 'delivered').length;
    delivered += count;
    if (count === 0 && target !== null) break;
  }
  return delivered;
}

async function deliver(
  deps: DeliverCallbacksDependencies,
  delivery: TakenDelivery,
  target: CallbackTarget | null,
): Promise<AttemptEnd> {
  const end =
    target === null ? unknownCode(delivery) : endOf(delivery, await attempt(deps, delivery, target), deps.now());
  await deps.callbacks.end(delivery, end, deps.now());
  tell(deps.log, delivery, end);
  return end;
}

async function attempt(
  deps: DeliverCallbacksDependencies,
  { id, payload }: TakenDelivery,
  { url, secretRefs }: CallbackTarget,
): Promise<CallbackAnswer> {
  try {
    const headers = standardWebhookHeaders({ id, at: deps.now(), body: payload }, secretRefs.map(deps.secretOf));
    return await deps.sendCallback({ url, headers, body: payload });
  } catch (error) {
    // A secret that is missing is the operator's to repair; the delivery waits for it like for a host that is away.
    return { kind: 'not_taken', reason: error instanceof Error ? error.message : 'the callback could not be signed' };
  }
}

function endOf({ attempts }: TakenDelivery, answer: CallbackAnswer, now: Date): AttemptEnd {
  if (answer.kind === 'taken') return { kind: 'delivered' };
  const pauseMs = callbackPauseMs(attempts);
  if (pauseMs === null) return { kind: 'dead', reason: answer.reason };
  return { kind: 'again', reason: answer.reason, dueAt: new Date(now.getTime() + pauseMs) };
}

/** The payer has paid and is not punished for it: a person registers the endpoint and has it sent again. */
function unknownCode({ routeCode }: TakenDelivery): AttemptEnd {
  return { kind: 'dead', reason: `no endpoint is registered for ${routeCode}` };
}

function tell(log: JobLog, { id, routeCode, paymentId, attempts }: TakenDelivery, end: AttemptEnd): void {
  const facts = { delivery: id, routeCode, payment: paymentId, attempts };
  if (end.kind === 'delivered') log.info(facts, 'a callback was taken');
  else if (end.kind === 'again')
    log.warn({ ...facts, reason: end.reason, dueAt: end.dueAt }, 'a callback was not taken');
  else log.error({ ...facts, reason: end.reason, critical: true }, 'a callback is dead and waits for a person');
}
