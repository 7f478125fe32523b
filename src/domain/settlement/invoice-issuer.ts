/** Who invoices organisations for the fee of their settlement, as a tax invoice names it. */
export interface InvoiceIssuer {
  readonly name: string;
  /** Lines of an address; none where it is not given. */
  readonly address: string | null;
  /** What the tax office calls its number: `ABN`, `VAT no.` */
  readonly taxIdLabel: string;
  readonly taxId: string | null;
}

export const defaultInvoiceIssuer: InvoiceIssuer = { name: 'Tillflow', address: null, taxIdLabel: 'ABN', taxId: null };
