import type Stripe from 'stripe';
import type { Counter } from '../../support/counter.ts';
import type { Desk } from './desks.ts';

/** A second till at a reader that is taken is told so, gives up, and the first one's sale is paid as if it were alone. */
export async function twoTillsOneReader({ control }: Pick<Counter, 'control'>, desk: Desk): Promise<void> {
  const first = await desk.till.sell(2500);
  const second = await desk.till.sell(900);
  const told = `${second.status} ${second.body.code} ${String(second.body.heldBy)}`;
  if (told !== `409 reader_in_use ${first.body.id}`) throw new Error(`The second till was told ${told}.`);
  await desk.till.command(second.body.sale?.id ?? '', 'cancel');
  await control.reader(desk.reader).tap('4242424242424242');
  await desk.till.until(first.body.id, 'posted');
}

interface Strangers {
  readonly counter: Pick<Counter, 'control'>;
  /** Another system on the same account. */
  readonly stranger: Stripe;
}

/** Another system took the reader for a payment of its own: canceling our sale leaves the reader and that payment alone. */
export async function strangerKeepsReader({ counter, stranger }: Strangers, desk: Desk): Promise<void> {
  const made = await desk.till.sell(2500);
  const payment = await stranger.paymentIntents.create(
    { amount: 700, currency: 'aud', allowed_payment_method_types: ['card_present'] },
    { idempotencyKey: `stranger-${made.body.id}` },
  );
  const show = { payment_intent: payment.id };
  await stranger.terminal.readers.processPaymentIntent(desk.reader, show, { idempotencyKey: `show-${payment.id}` });
  const canceled = await desk.till.command(made.body.id, 'cancel');
  if (canceled.status !== 200) throw new Error(`The cancel was answered ${canceled.status}: ${canceled.text}`);
  const { reader } = await counter.control.reader(desk.reader).read();
  const action = JSON.stringify(reader['action']);
  if (!action.includes(payment.id) || !action.includes('in_progress')) throw new Error(`The reader shows ${action}.`);
  const { status } = await stranger.paymentIntents.retrieve(payment.id);
  if (status !== 'requires_payment_method') throw new Error(`The stranger's payment is ${status}.`);
  await stranger.terminal.readers.cancelAction(desk.reader, {}, { idempotencyKey: `clear-${payment.id}` });
  await stranger.paymentIntents.cancel(payment.id, {}, { idempotencyKey: `cancel-${payment.id}` });
}
