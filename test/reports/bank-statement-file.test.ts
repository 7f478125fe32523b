import { describe, expect, it } from '@jest/globals';
import { matchBankLines, StatementRefusal, type BankEntry } from '../../src/domain/reconciliation/bank-statement.ts';
import { readStatementFile } from '../../src/reports/reconciliation/bank-statement-file.ts';

const csv = (entries: readonly string[], closing = '1234.50') =>
  [
    'Type,Date,Amount,Currency,Reference,Description',
    'opening,2026-03-30,1000.00,AUD,,',
    ...entries,
    `closing,2026-03-31,${closing},AUD,,`,
  ].join('\r\n');
const entries = [
  'entry,2026-03-31,334.50,AUD,po_1,"STRIPE, payout"',
  'entry,2026-03-31,-100.00,AUD,PYT0001,Payout to Rival Club',
];

const camt = (status = '<Sts><Cd>BOOK</Cd></Sts>', closing = '1234.50') => `<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
  <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
  <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
  <Ntry><Amt Ccy="EUR">334.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>${status}<BookgDt><Dt>2026-03-31</Dt></BookgDt>
    <NtryDtls><TxDtls><Refs><EndToEndId>po_1</EndToEndId></Refs><RmtInf><Ustrd>STRIPE</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
  <Ntry><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-03-31T09:00:00</DtTm></BookgDt>
    <NtryRef>PYT0001</NtryRef></Ntry>
</Stmt></BkToCstmrStmt></Document>`;

describe("a bank's statement", () => {
  it('is read from CSV, signed and balanced', () => {
    expect(readStatementFile('csv', csv(entries))).toEqual({
      ...{ format: 'csv', currency: 'AUD', openingMinor: 100_000, closingMinor: 123_450 },
      ...{ fromDay: '2026-03-30', toDay: '2026-03-31' },
      lines: [
        { bookedOn: '2026-03-31', amountMinor: 33_450, reference: 'po_1', description: 'STRIPE, payout' },
        { bookedOn: '2026-03-31', amountMinor: -10_000, reference: 'PYT0001', description: 'Payout to Rival Club' },
      ],
    });
  });

  it('is read from camt.053, booked entries only', () => {
    expect(readStatementFile('camt.053', camt())).toMatchObject({
      ...{ format: 'camt.053', currency: 'EUR', openingMinor: 100_000, closingMinor: 123_450 },
      lines: [
        { bookedOn: '2026-03-31', amountMinor: 33_450, reference: 'po_1', description: 'STRIPE' },
        { bookedOn: '2026-03-31', amountMinor: -10_000, reference: 'PYT0001' },
      ],
    });
    const pending = readStatementFile('camt.053', camt('<Sts><Cd>PDNG</Cd></Sts>', '900.00'));
    expect(pending.lines.map(({ amountMinor }) => amountMinor)).toEqual([-10_000]);
  });

  it.each<[string, 'csv' | 'camt.053', string]>([
    ['does not add up', 'csv', csv(entries, '1234.51')],
    ['does not add up as XML', 'camt.053', camt(undefined, '1234.51')],
    ['has no headings', 'csv', 'a,b\r\n1,2'],
    ['has no opening balance', 'csv', csv(entries).replace('opening', 'opened')],
    ['has a day that does not exist', 'csv', csv(entries).replace('entry,2026-03-31', 'entry,2026-02-31')],
    ['has an amount with too many places', 'csv', csv(entries).replace('334.50', '334.505')],
    ['has two currencies', 'csv', csv(entries).replace('-100.00,AUD', '-100.00,USD')],
    ['has a line of another day', 'csv', csv(entries).replace('entry,2026-03-31', 'entry,2026-04-01')],
    ['is not CSV', 'csv', 'Type,"Date'],
    ['is not XML', 'camt.053', '<Document><Bal>'],
    ['is cut off', 'camt.053', camt().replace('</Document>', '')],
    ['is another document', 'camt.053', '<Document><Other/></Document>'],
    ['declares entities', 'camt.053', '<!DOCTYPE x [<!ENTITY a "b">]><Document/>'],
  ])('that %s is refused whole', (_, format, content) => {
    expect(() => readStatementFile(format, content)).toThrow(StatementRefusal);
  });

  it('is matched by reference, else by an amount that only one of each side has, and never guessed', () => {
    const entry = (transactionId: string, amountMinor: number, reference: string): BankEntry => ({
      ...{ transactionId, amountMinor, references: [reference], recordedAt: '2026-03-31T00:00:00Z' },
    });
    const line = (lineNo: number, amountMinor: number, reference = '') => ({
      ...{ lineNo, amountMinor, reference, bookedOn: '2026-03-31', description: '' },
    });
    const matched = matchBankLines(
      [line(1, 500, 'po_2'), line(2, 500), line(3, 700), line(4, 900), line(5, 900)],
      [entry('a', 500, 'po_1'), entry('b', 500, 'po_2'), entry('c', 700, 'po_3'), entry('d', 900, 'po_4')],
      () => true,
    );
    expect([...matched].map(([lineNo, { transactionId }]) => [lineNo, transactionId])).toEqual([
      [1, 'b'],
      [2, 'a'],
      [3, 'c'],
    ]);
  });

  it('that names an attempt to pay is never another one of the same amount, and may be one without a name', () => {
    const line = { lineNo: 1, amountMinor: 500, bookedOn: '2026-03-31', description: '', reference: 'PO-1-1' };
    const entry = { transactionId: 'a', amountMinor: 500, recordedAt: '2026-03-31T00:00:00Z' };
    expect([...matchBankLines([line], [{ ...entry, references: ['PO-2-1'] }], () => true)]).toEqual([]);
    expect([...matchBankLines([line], [{ ...entry, references: [] }], () => true)]).toHaveLength(1);
  });

  it('is not matched by the beginning of a reference, nor by an amount of another month', () => {
    const entry = { transactionId: 'a', amountMinor: 500, references: ['PO-1-1'], recordedAt: '2026-01-31T00:00:00Z' };
    const line = { lineNo: 1, amountMinor: 500, bookedOn: '2026-03-31', description: '' };
    expect([...matchBankLines([{ ...line, reference: 'PO-1-10' }], [entry], () => false)]).toEqual([]);
    expect([...matchBankLines([{ ...line, reference: 'CLUB/PO-1-1' }], [entry], () => false)]).toEqual([[1, entry]]);
  });
});
