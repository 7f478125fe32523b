export { autoTopUp } from './auto-top-up.workflow.ts';
export { lateEvent } from './late-event.workflow.ts';
export { processorFees } from './processor-fees.workflow.ts';
export { terminalSale } from './terminal-sale.workflow.ts';
export { interactivePayment } from './interactive-payment.workflow.ts';
export { manualTopUp } from './manual-top-up.workflow.ts';
export { paymentBatch } from './payment-batch.workflow.ts';
