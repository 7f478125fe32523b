import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/domain/errors.ts';
import { readBankResult } from '../../src/reports/bank-results/read-bank-result.ts';
import { pain002, returnsFile } from '../support/bank-words.ts';

type Format = Parameters<typeof readBankResult>[0];

function codeOf(format: Format, text: string): string {
  try {
    readBankResult(format, text);
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
  return 'none';
}

describe('results as a list of our own', () => {
  it('are read by their headings', () => {
    const text = 'Reference,Result,Reason\r\nPO-1-1,paid,\r\nPO-2-1,returned,"account closed, sorry"\r\n';
    expect(readBankResult('csv', text).words).toEqual([
      { reference: 'PO-1-1', result: 'paid', reason: null, amountMinor: null },
      { reference: 'PO-2-1', result: 'returned', reason: 'account closed, sorry', amountMinor: null },
    ]);
  });

  it('are refused as a whole when a line cannot be read, says nothing, or comes twice', () => {
    const files = [
      '',
      'reference,result\r\n',
      'reference,result\r\nPO-1-1,perhaps\r\n',
      'reference,result\r\n,paid\r\n',
      'reference,result\r\nPO-1-1,paid\r\nPO-1-1,returned\r\n',
      'reference,result\r\nPO-1-1,paid,one,too,many\r\n',
    ];
    expect(files.map((text) => codeOf('csv', text))).toEqual(files.map(() => 'bank_result_unreadable'));
  });
});

describe('returns by direct entry', () => {
  const returned = { reference: 'PO-2-1', amountMinor: 76_000 };

  it('are read with their reason and amount', () => {
    expect(readBankResult('direct_entry', returnsFile([returned])).words).toEqual([
      { reference: 'PO-2-1', result: 'returned', reason: 'account closed', amountMinor: 76_000 },
    ]);
  });

  it('are refused when a record is not 120 characters long, or is none of theirs', () => {
    const file = returnsFile([returned]);
    expect(codeOf('direct_entry', file.replace('PO-2-1', 'PO-2-12'))).toBe('bank_result_unreadable');
    expect(codeOf('direct_entry', file.replace('\r\n2', '\r\n1'))).toBe('bank_result_unreadable');
    expect(codeOf('direct_entry', file.slice(0, 120))).toBe('bank_result_unreadable');
    expect(codeOf('direct_entry', file.replace('0000076000', '00000 6000'))).toBe('bank_result_unreadable');
  });

  it('are refused when their totals are wrong', () => {
    expect(codeOf('direct_entry', returnsFile([returned], { credits: 76_001 }))).toBe('bank_result_totals');
    expect(codeOf('direct_entry', returnsFile([returned], { count: 2 }))).toBe('bank_result_totals');
  });
});

describe('a payment status report', () => {
  it('tells what is settled and what is rejected, and no more than that', () => {
    const text = pain002({
      transactions: [
        { reference: 'PO-1-1', status: 'ACSC', amount: '760.05' },
        { reference: 'PO-2-1', status: 'RJCT', reason: 'AC04' },
        { reference: 'PO-3-1', status: 'PDNG' },
      ],
    });
    expect(readBankResult('pain002', text)).toEqual({
      words: [
        { reference: 'PO-1-1', result: 'paid', reason: null, amountMinor: 76_005 },
        { reference: 'PO-2-1', result: 'returned', reason: 'AC04', amountMinor: null },
      ],
      files: [],
    });
  });

  it('can accept or reject a file of ours as a whole', () => {
    expect(readBankResult('pain002', pain002({ group: 'ACTC' })).files).toEqual([
      { fileNo: 7, result: 'accepted', reason: null },
    ]);
    expect(readBankResult('pain002', pain002({ group: 'RJCT', reason: 'FF01' })).files).toEqual([
      { fileNo: 7, result: 'rejected', reason: 'FF01' },
    ]);
    expect(codeOf('pain002', pain002({ group: 'ACTC', messageId: 'OTHER-7' }))).toBe('bank_result_foreign');
  });

  it('is refused when it is no XML, brings entities of its own, or does not add up', () => {
    const one = [{ reference: 'PO-1-1', status: 'RJCT' }];
    expect(codeOf('pain002', 'reference,result')).toBe('bank_result_unreadable');
    expect(codeOf('pain002', '<Document><a></Document>')).toBe('bank_result_unreadable');
    const half = pain002({ transactions: one }).replace('</CstmrPmtStsRpt></Document>', '');
    expect(codeOf('pain002', half)).toBe('bank_result_unreadable');
    expect(codeOf('pain002', `<!DOCTYPE d [<!ENTITY a "b">]>${pain002({ transactions: one })}`)).toBe(
      'bank_result_unreadable',
    );
    expect(codeOf('pain002', pain002({ transactions: one, counts: { RJCT: 2 } }))).toBe('bank_result_totals');
  });
});
