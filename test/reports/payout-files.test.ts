import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { DomainError } from '../../src/domain/errors.ts';
import {
  payoutReference,
  type PayoutFileContent,
  type PayoutOriginator,
} from '../../src/domain/settlement/payout-file.ts';
import type { PayoutFileFormat } from '../../src/domain/settlement/payout.ts';
import { bankText } from '../../src/reports/payout-files/bank-text.ts';
import { payoutFileText } from '../../src/reports/payout-files/payout-file-text.ts';
import { bsbEntry, ibanEntry, originators, payoutContent } from '../support/payout-content.ts';
import { readAba } from './aba-reader.ts';

function textOf(format: PayoutFileFormat, content: PayoutFileContent, originator: PayoutOriginator | null) {
  return payoutFileText({ format, content, originator });
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error.code;
  }
  return 'none';
}

describe('a direct entry file', () => {
  const aba = (content = payoutContent(), originator = originators.AUD) =>
    readAba(Buffer.from(textOf('aba', content, originator), 'utf8'));

  it('says who pays, whom, how much and when, where a bank looks for it', () => {
    const { head, payments, total } = aba();
    expect(head).toEqual({
      bank: 'CBA',
      userName: 'TILLFLOW EXAMPLE PTY LTD',
      userId: '301500',
      description: 'SETTLEMENT',
      date: '021126',
    });
    expect(payments[0]).toEqual({
      bsb: '062-001',
      account: '1234567',
      code: '50',
      cents: 76_000,
      title: 'RIVAL CLUB',
      reference: 'PO-12-1',
      traceBsb: '062-000',
      traceAccount: '98765432',
      remitter: 'TILLFLOW EXAMPLE',
    });
    expect(total).toEqual({ net: 186_052, credits: 186_052, debits: 0, count: 2 });
  });

  it('writes names of any language in the letters that banks take', () => {
    expect(aba().payments[1]?.title).toBe('CAFE LODZ + SON');
    expect(bankText('Straße Ærø “Ж” 中')).toBe('Strasse AEro ... .');
  });

  it('is balanced by a debit of our own account, if the bank wants that', () => {
    const directEntry = { ...originators.AUD.directEntry!, isBalanced: true };
    const { payments, total } = aba(payoutContent(), { ...originators.AUD, directEntry });
    expect(payments[2]).toMatchObject({ bsb: '062-000', account: '98765432', code: '13', cents: 186_052 });
    expect(total).toEqual({ net: 0, credits: 186_052, debits: 186_052, count: 3 });
  });

  it('cuts a long name, and never an account', () => {
    const name = 'The Very Long Name Of A Club That Does Not End';
    const entries = [bsbEntry({ reference: 'PO-1-1', amountMinor: 1, name, accountNo: '123456789' })];
    expect(aba(payoutContent({ entries })).payments[0]).toMatchObject({
      title: 'THE VERY LONG NAME OF A CLUB THA',
      account: '123456789',
      cents: 1,
    });
  });

  it('is refused without an originator, for an amount or an account that it cannot hold', () => {
    const with1 = (entry: PayoutFileContent['entries'][number]) => payoutContent({ entries: [entry] });
    const big = bsbEntry({ reference: 'PO-1-1', amountMinor: 10_000_000_000 });
    const foreign = ibanEntry({ reference: 'PO-1-1', amountMinor: 1 });
    expect(codeOf(() => textOf('aba', payoutContent(), null))).toBe('originator_missing');
    expect(codeOf(() => textOf('aba', with1(big), originators.AUD))).toBe('payout_file_refused');
    expect(codeOf(() => textOf('aba', with1(foreign), originators.AUD))).toBe('payout_file_refused');
    const nothing = bsbEntry({ reference: 'PO-1-1', amountMinor: 0 });
    expect(codeOf(() => textOf('aba', with1(nothing), originators.AUD))).toBe('payout_file_refused');
  });
});

describe('a SEPA credit transfer file', () => {
  const entries = [
    ibanEntry({ reference: 'PO-20-1', amountMinor: 76_005 }),
    ibanEntry({ reference: 'PO-21-1', amountMinor: 9, bic: 'COBADEFFXXX' }),
  ];
  const content = payoutContent({ currency: 'EUR', entries });
  const reader = new XMLParser({ ignoreAttributes: false, parseTagValue: false });
  interface Transfer {
    readonly PmtId: object;
    readonly Amt: { readonly InstdAmt: { readonly '#text': string; readonly '@_Ccy': string } };
    readonly CdtrAgt?: object;
    readonly Cdtr: object;
    readonly CdtrAcct: object;
  }
  const read = () => {
    const text = textOf('pain001', content, originators.EUR);
    expect(SyntaxValidator.validate(text)).toBe(true);
    const { Document } = reader.parse(text) as {
      Document: {
        '@_xmlns': string;
        CstmrCdtTrfInitn: {
          GrpHdr: Record<string, unknown>;
          PmtInf: Record<string, unknown> & { CdtTrfTxInf: Transfer[] };
        };
      };
    };
    return { namespace: Document['@_xmlns'], ...Document.CstmrCdtTrfInitn };
  };

  it('counts and sums its transfers in the header and in the block', () => {
    const { namespace, GrpHdr, PmtInf } = read();
    expect(namespace).toBe('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09');
    expect(GrpHdr).toEqual({
      MsgId: 'TILLFLOW-7',
      CreDtTm: '2026-11-01T18:05:00Z',
      NbOfTxs: '2',
      CtrlSum: '760.14',
      InitgPty: { Nm: 'Tillflow Example B.V.' },
    });
    expect([PmtInf['NbOfTxs'], PmtInf['CtrlSum']]).toEqual(['2', '760.14']);
    const cents = PmtInf.CdtTrfTxInf.map(({ Amt }) => Math.round(Number(Amt.InstdAmt['#text']) * 100));
    expect(cents).toEqual([76_005, 9]);
  });

  it('has its elements in the order of the standard, and those that SEPA wants', () => {
    const { PmtInf } = read();
    expect(Object.keys(PmtInf)).toEqual([
      ...['PmtInfId', 'PmtMtd', 'NbOfTxs', 'CtrlSum', 'PmtTpInf', 'ReqdExctnDt', 'Dbtr', 'DbtrAcct', 'DbtrAgt'],
      ...['ChrgBr', 'CdtTrfTxInf'],
    ]);
    expect(PmtInf).toMatchObject({
      PmtInfId: 'TILLFLOW-7-1',
      PmtMtd: 'TRF',
      PmtTpInf: { SvcLvl: { Cd: 'SEPA' } },
      ReqdExctnDt: { Dt: '2026-11-02' },
      DbtrAcct: { Id: { IBAN: 'NL91ABNA0417164300' } },
      DbtrAgt: { FinInstnId: { BICFI: 'ABNANL2A' } },
      ChrgBr: 'SLEV',
    });
    expect(PmtInf.CdtTrfTxInf[0]).toEqual({
      PmtId: { EndToEndId: 'PO-20-1' },
      Amt: { InstdAmt: { '#text': '760.05', '@_Ccy': 'EUR' } },
      Cdtr: { Nm: 'Muller + Sohne .GmbH.' },
      CdtrAcct: { Id: { IBAN: 'DE89370400440532013000' } },
      RmtInf: { Ustrd: 'PO-20-1' },
    });
    expect(PmtInf.CdtTrfTxInf[1]?.CdtrAgt).toEqual({ FinInstnId: { BICFI: 'COBADEFFXXX' } });
  });

  it('names itself and its transfers in no more than 35 characters, however high the numbers', () => {
    expect(payoutReference(4_294_967_295, 999).length).toBeLessThanOrEqual(18);
    const text = textOf('pain001', { ...content, fileNo: 4_294_967_295 }, originators.EUR);
    expect(/<PmtInfId>(.*)<\/PmtInfId>/.exec(text)?.[1]?.length).toBeLessThanOrEqual(35);
  });

  it('is refused without an originator, and for an account outside SEPA', () => {
    expect(codeOf(() => textOf('pain001', content, originators.AUD))).toBe('originator_missing');
    expect(codeOf(() => textOf('pain001', payoutContent(), originators.EUR))).toBe('payout_file_refused');
  });
});

describe('a list of payouts as CSV', () => {
  it('has a title, the headings and the figures of the plan, and runs no formula', () => {
    const entries = [
      bsbEntry({ reference: 'PO-12-1', amountMinor: 76_000, name: '=cmd|calc' }),
      { ...bsbEntry({ reference: 'PO-13-1', amountMinor: 5 }), plan: null },
    ];
    const text = textOf('csv', payoutContent({ entries }), null);
    expect(parse(text, { relax_column_count: true })).toEqual([
      ['Settlements', 'Downloaded by Finn Officer', '2026-11-02 05:05:00', '2026-11-02'],
      [
        ...['Club Number', 'Club Name', 'BSB', 'Account Number', 'Gross Amount', 'Minimum Balance', 'Net Amount'],
        ...['ABF fees %', 'Settlement Amount', 'Reference'],
      ],
      ['5', "'=cmd|calc", '062001', '1234567', '1000.00', '200.00', '800.00', '5.00', '760.00', 'PO-12-1'],
      ['5', 'Rival Club', '062001', '1234567', '', '', '', '', '0.05', 'PO-13-1'],
    ]);
  });
});
