/** Files as banks send them, written from the published formats. */

export interface ReturnedPayment {
  readonly reference: string;
  readonly amountMinor: number;
}

/** A direct entry return file; the totals are right unless others are given. */
export function returnsFile(
  returned: readonly ReturnedPayment[],
  totals: { readonly credits?: number; readonly count?: number } = {},
): string {
  const sum = returned.reduce((total, { amountMinor }) => total + amountMinor, 0);
  const digits = (value: number, width: number): string => String(value).padStart(width, '0');
  const credits = digits(totals.credits ?? sum, 10);
  const records = [
    `0${' '.repeat(17)}01CBA${' '.repeat(7)}${'COMMONWEALTH BANK'.padEnd(26)}301500${'RETURNS'.padEnd(12)}041126${' '.repeat(40)}`,
    ...returned.map(
      ({ reference, amountMinor }) =>
        `2062-001  1234567350${digits(amountMinor, 10)}${'RIVAL CLUB'.padEnd(32)}${reference.padEnd(18)}062-000 98765432${'TILLFLOW EXAMPLE'.padEnd(16)}02301500`,
    ),
    `7999-999${' '.repeat(12)}${credits}${credits}${digits(0, 10)}${' '.repeat(24)}${digits(totals.count ?? returned.length, 6)}${' '.repeat(40)}`,
  ];
  return records.map((record) => `${record}\r\n`).join('');
}

export interface StatusReport {
  readonly messageId?: string;
  readonly group?: string;
  readonly reason?: string;
  readonly transactions?: readonly {
    readonly reference: string;
    readonly status: string;
    readonly reason?: string;
    readonly amount?: string;
  }[];
  readonly counts?: Readonly<Record<string, number>>;
}

/** A payment status report, pain.002.001.10. */
export function pain002({ messageId = 'TILLFLOW-7', group, reason, transactions = [], counts = {} }: StatusReport) {
  const why = (code: string | undefined): string =>
    code === undefined ? '' : `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn></StsRsnInf>`;
  const lines = transactions.map(
    (one) =>
      `<TxInfAndSts><OrgnlEndToEndId>${one.reference}</OrgnlEndToEndId><TxSts>${one.status}</TxSts>${why(one.reason)}${
        one.amount === undefined
          ? ''
          : `<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">${one.amount}</InstdAmt></Amt></OrgnlTxRef>`
      }</TxInfAndSts>`,
  );
  const counted = Object.entries(counts).map(
    ([status, count]) =>
      `<NbOfTxsPerSts><DtldNbOfTxs>${count}</DtldNbOfTxs><DtldSts>${status}</DtldSts></NbOfTxsPerSts>`,
  );
  const groupStatus = group === undefined ? '' : `<GrpSts>${group}</GrpSts>${why(reason)}`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2026-11-03T08:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>${messageId}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${groupStatus}${counted.join('')}</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>${messageId}-1</OrgnlPmtInfId>${lines.join('')}</OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>`;
}
