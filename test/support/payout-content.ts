import type { PayoutFileContent, PayoutFileEntry, PayoutOriginator } from '../../src/domain/settlement/payout-file.ts';

/** What files of tests are made from: two clubs in Australia. */
export function payoutContent(more: Partial<PayoutFileContent> = {}): PayoutFileContent {
  return {
    fileNo: 7,
    currency: 'AUD',
    createdAt: '2026-11-01T18:05:00.123Z',
    businessDay: '2026-11-02',
    zone: 'Australia/Sydney',
    requester: 'Finn Officer',
    entries: [
      bsbEntry({ reference: 'PO-12-1', amountMinor: 76_000 }),
      bsbEntry({ reference: 'PO-13-2', amountMinor: 110_052, name: 'Café Łódź & Søn' }),
    ],
    ...more,
  };
}

export function bsbEntry(more: {
  readonly reference: string;
  readonly amountMinor: number;
  readonly name?: string;
  readonly accountNo?: string;
}): PayoutFileEntry {
  const { reference, amountMinor, name = 'Rival Club', accountNo = '1234567' } = more;
  return {
    reference,
    amountMinor,
    account: { scheme: 'bsb', bsb: '062001', accountNo, accountName: name },
    organisation: { no: 5, name },
    plan: { balanceMinor: 100_000, floatMinor: 20_000, settledMinor: 80_000, feeBp: 500 },
  };
}

export function ibanEntry(more: { readonly reference: string; readonly amountMinor: number; readonly bic?: string }) {
  const { reference, amountMinor, bic } = more;
  return {
    reference,
    amountMinor,
    account: { scheme: 'iban', iban: 'DE89370400440532013000', bic: bic ?? null, accountName: 'Müller & Söhne <GmbH>' },
    organisation: { no: 6, name: 'Müller & Söhne' },
    plan: null,
  } as const;
}

export const originators: Readonly<Record<'AUD' | 'EUR', PayoutOriginator>> = {
  AUD: {
    bankRef: 'operating',
    directEntry: {
      bankAbbreviation: 'CBA',
      userId: '301500',
      userName: 'Tillflow Example Pty Ltd',
      remitter: 'Tillflow Example',
      description: 'Settlement',
      bsb: '062000',
      accountNo: '98765432',
      isBalanced: false,
    },
    sepa: null,
  },
  EUR: {
    bankRef: 'operating',
    directEntry: null,
    sepa: { name: 'Tillflow Example B.V.', iban: 'NL91ABNA0417164300', bic: 'ABNANL2A' },
  },
};
