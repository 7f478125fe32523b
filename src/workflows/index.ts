export { lateEvent } from './late-event.workflow.ts';
export { processorFees } from './processor-fees.workflow.ts';
export { terminalSale } from './terminal-sale.workflow.ts';
