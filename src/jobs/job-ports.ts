import type { UnbegunMoney } from '../entities/counter/unbegun-sales.read.ts';
import type { ProviderEventPointer } from '../workflows/counter/terminal-sale.messages.ts';

/** The part of a logger that jobs use. */
export interface JobLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** How jobs reach the workflows: they start and signal, and never move money themselves (style.md 4.2). */
export interface WorkflowMessenger {
  /** `over`: no such workflow runs any more, so that the event is a late one. */
  signalSale(saleId: string, pointer: ProviderEventPointer): Promise<'signaled' | 'over'>;
  /** Wakes what follows a member's card money. `over`: nothing does any more. */
  signalCardNews(workflowId: string): Promise<'signaled' | 'over'>;
  /** Wakes what follows a refund. `over`: nothing does any more. */
  signalRefundNews(workflowId: string): Promise<'signaled' | 'over'>;
  /** Has a card payment compared with the processor; while that is under way, it is done once more. */
  reviewCard(cardTransactionId: string): Promise<void>;
  /** Has money that belongs to nobody here booked to suspense, once. */
  keepStrayMoney(processorAccountId: string, paymentRef: string): Promise<void>;
  /** Lets the workflow of a member's automatic top-ups look for a saved card; it is started when there is none. */
  tellCardSaved(memberId: string): Promise<void>;
  /** Has a payout look at its transfer; its workflow is started when none runs. */
  tellPayout(payoutId: string): Promise<void>;
  /** Starting it twice for the same row is harmless. */
  startLateEvent(late: { readonly eventRowId: string; readonly saleId: string }): Promise<void>;
  /** Starts the workflow of a sale that nobody began; one that runs or has run is left alone. */
  startSale(saleId: string): Promise<void>;
  /** The same for members' payments, batches and chosen top-ups. */
  startMemberMoney(money: UnbegunMoney): Promise<void>;
  /** One at a time per account; while one runs this is harmless. */
  startProcessorFees(processorAccountId: string): Promise<void>;
}

/** What is counted, for whoever watches. */
export interface JobMetrics {
  eventSettled(type: string, state: string): void;
  jobFailed(queue: string): void;
}
