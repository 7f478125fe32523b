import type Stripe from 'stripe';
import type {
  PaymentFact,
  PrepareRequest,
  PresentOutcome,
  PresentRequest,
  ProcessorPort,
  ReaderFact,
  ReaderRefusal,
  TakeOutcome,
  TakeRequest,
} from '../domain/counter/processor-port.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { paymentExpansion, paymentFact } from './payment-fact.ts';
import { readerFact } from './reader-fact.ts';
import { toStripeAmount } from './stripe-amount.ts';
import { askKeyed, demand, isRefusal, type StripeRefusal } from './stripe-errors.ts';
import { withdrawPayment } from './withdraw-payment.ts';

const expand = paymentExpansion;

/**
 * In-person payments through Stripe's server-driven readers (terminal.md 4.2). Prepare, and every read, throws
 * `ProcessorRefusal` when Stripe does not know the object or the key, `ProcessorSilence` when it does not answer.
 */
export function createStripeTerminalGateway(stripe: Stripe): ProcessorPort {
  const seen = new SeenCurrencies();
  return {
    capabilities: { manualCapture: true, partialCapture: true, cancelAction: true, tip: true, idempotencyKeys: true },
    prepare: async (request) => seen.remember(await prepare(stripe, request)),
    present: (request) => present(stripe, request),
    readPayment: async (paymentRef) => seen.remember(await readPayment(stripe, paymentRef)),
    take: async (request) => {
      const currency = seen.currencyOf(request.paymentRef) ?? (await readPayment(stripe, request.paymentRef)).currency;
      return take(stripe, request, currency);
    },
    withdraw: (request) => withdrawPayment(stripe, request),
    readReader: (readerRef) => readReader(stripe, readerRef),
  };
}

/** A capture's amount depends on its currency, which the caller has nearly always just read: no second call for it. */
class SeenCurrencies {
  readonly #currencies = new Map<string, string>();

  remember(payment: PaymentFact): PaymentFact {
    if (this.#currencies.size >= 10_000) this.#currencies.clear();
    this.#currencies.set(payment.paymentRef, payment.currency);
    return payment;
  }

  currencyOf(paymentRef: string): string | undefined {
    return this.#currencies.get(paymentRef);
  }
}

async function prepare(stripe: Stripe, request: PrepareRequest): Promise<PaymentFact> {
  const answer = await askKeyed({
    key: request.key,
    send: (options) =>
      stripe.paymentIntents.create(
        {
          amount: toStripeAmount(request.amountMinor, request.currency),
          currency: request.currency.toLowerCase(),
          allowed_payment_method_types: ['card_present'],
          capture_method: request.captureMode,
          metadata: { ...request.metadata, sale_id: request.saleId },
          expand,
          ...(request.description === null ? {} : { description: request.description }),
        },
        options,
      ),
    lookUp: () => intentOfSale(stripe, request.saleId),
  });
  if (isRefusal(answer)) throw new ProcessorRefusal(answer.code, answer.message);
  return paymentFact(answer);
}

/** Among the newest intents only: it is asked within the retries of the call that may have made it. */
async function intentOfSale(stripe: Stripe, saleId: string): Promise<Stripe.PaymentIntent | undefined> {
  const page = await demand(() =>
    stripe.paymentIntents.list({ limit: 100, expand: expand.map((path) => `data.${path}`) }),
  );
  return page.data.find((intent) => intent.metadata['sale_id'] === saleId);
}

async function present(stripe: Stripe, request: PresentRequest): Promise<PresentOutcome> {
  const answer = await askKeyed<object>({
    key: request.key,
    send: (options) =>
      stripe.terminal.readers.processPaymentIntent(
        request.readerRef,
        {
          payment_intent: request.paymentRef,
          process_config: { skip_tipping: request.tipMode !== 'on_reader', enable_customer_cancellation: true },
        },
        options,
      ),
    lookUp: () => shownAt(stripe, request),
  });
  if (!isRefusal(answer)) return { kind: 'acknowledged' };
  return { kind: 'refused', code: readerRefusal(answer), message: answer.message };
}

/** The reader's action, if it is this payment's: then the command that was never answered had reached it. */
async function shownAt(stripe: Stripe, request: PresentRequest): Promise<object | undefined> {
  const { action } = await readReader(stripe, request.readerRef);
  return action?.paymentRef === request.paymentRef && action.status === 'in_progress' ? action : undefined;
}

/** Stripe's code in our words (terminal.md 4.5). */
function readerRefusal(refusal: StripeRefusal): ReaderRefusal {
  switch (refusal.code) {
    case 'terminal_reader_busy':
      return 'reader_busy';
    case 'terminal_reader_offline':
      return 'reader_offline';
    case 'terminal_reader_timeout':
      return 'reader_timeout';
    case 'intent_invalid_state':
    case 'payment_intent_unexpected_state':
    case 'payment_intent_incompatible_payment_method':
      return 'payment_not_presentable';
    default:
      return refusal.code.startsWith('terminal_') ? 'reader_error' : 'processor_refused';
  }
}

async function take(stripe: Stripe, request: TakeRequest, currency: string): Promise<TakeOutcome> {
  const answer = await askKeyed({
    key: request.key,
    send: (options) =>
      stripe.paymentIntents.capture(
        request.paymentRef,
        { amount_to_capture: toStripeAmount(request.amountMinor, currency), expand },
        options,
      ),
    lookUp: () => capturedIntent(stripe, request.paymentRef),
  });
  if (!isRefusal(answer)) return { kind: 'taken', payment: paymentFact(answer) };
  const payment = await readPayment(stripe, request.paymentRef);
  // The same amount was taken before, under another key: what was asked for is so.
  if (payment.status === 'captured' && payment.capturedMinor === request.amountMinor) return { kind: 'taken', payment };
  return { kind: 'refused', code: answer.code, payment };
}

async function capturedIntent(stripe: Stripe, paymentRef: string): Promise<Stripe.PaymentIntent | undefined> {
  const intent = await readIntent(stripe, paymentRef);
  return intent.status === 'succeeded' ? intent : undefined;
}

async function readPayment(stripe: Stripe, paymentRef: string): Promise<PaymentFact> {
  return paymentFact(await readIntent(stripe, paymentRef));
}

function readIntent(stripe: Stripe, paymentRef: string): Promise<Stripe.PaymentIntent> {
  return demand(() => stripe.paymentIntents.retrieve(paymentRef, { expand }));
}

async function readReader(stripe: Stripe, readerRef: string): Promise<ReaderFact> {
  return readerFact(await demand(() => stripe.terminal.readers.retrieve(readerRef)));
}
