import { refusal, type SaleAnswer, type SaleSnapshot } from './sale-snapshot.ts';

/** A command on a sale, as far as its answer depends on it once the sale is over. */
export type ClosedCommand =
  | { readonly kind: 'capture'; readonly amountMinor?: number | undefined }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'resolve' };

/**
 * What a command is answered when nothing more can happen to the sale. Asking for what is so already is answered and
 * not refused, so that a till that lost an answer may simply ask again (terminal.md T07); nothing moves either way.
 */
export function answerWhenOver(command: ClosedCommand, sale: SaleSnapshot): SaleAnswer {
  switch (command.kind) {
    case 'capture':
      return isCapturedAs(command.amountMinor, sale) ? { kind: 'done', sale } : conflict(sale);
    case 'cancel':
      return sale.state === 'canceled' ? { kind: 'done', sale } : conflict(sale);
    case 'retry':
    case 'resolve':
      return conflict(sale);
  }
}

function isCapturedAs(amountMinor: number | undefined, sale: SaleSnapshot): boolean {
  const isTaken = sale.state === 'posted' || sale.state === 'captured';
  return isTaken && (amountMinor === undefined || amountMinor === sale.capturedMinor);
}

function conflict(sale: SaleSnapshot): SaleAnswer {
  const money = sale.state === 'posted' ? `: ${sale.capturedMinor} minor units were captured` : '';
  return refusal('sale_state_conflict', `The sale is ${sale.state}${money}.`, sale);
}
