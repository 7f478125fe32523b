import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { z } from 'zod';
import {
  messageIdPrefix,
  type BankFileWord,
  type BankNews,
  type BankWord,
} from '../../domain/settlement/bank-result.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { parseMajor } from '../../domain/money.ts';
import { unreadable, wrongTotals } from './unreadable.ts';

/** What the standard may repeat is a list, also where there is one. */
const repeated: ReadonlySet<string> = new Set(['OrgnlPmtInfAndSts', 'TxInfAndSts', 'StsRsnInf', 'NbOfTxsPerSts']);
const parser = new XMLParser({
  ignoreAttributes: false,
  removeNSPrefix: true,
  parseTagValue: false,
  isArray: (name) => repeated.has(name),
});

const reasons = z
  .array(z.object({ Rsn: z.object({ Cd: z.string().optional(), Prtry: z.string().optional() }).optional() }))
  .optional();
const transaction = z.object({
  OrgnlEndToEndId: z.string().min(1),
  TxSts: z.string(),
  StsRsnInf: reasons,
  OrgnlTxRef: z
    .object({
      Amt: z.object({ InstdAmt: z.object({ '#text': z.string(), '@_Ccy': z.string() }) }).optional(),
    })
    .optional(),
});
const report = z.object({
  Document: z.object({
    CstmrPmtStsRpt: z.object({
      OrgnlGrpInfAndSts: z.object({
        OrgnlMsgId: z.string(),
        GrpSts: z.string().optional(),
        StsRsnInf: reasons,
        NbOfTxsPerSts: z.array(z.object({ DtldNbOfTxs: z.string().regex(/^\d+$/), DtldSts: z.string() })).optional(),
      }),
      OrgnlPmtInfAndSts: z.array(z.object({ TxInfAndSts: z.array(transaction).optional() })).optional(),
    }),
  }),
});
type Group = z.output<typeof report>['Document']['CstmrPmtStsRpt']['OrgnlGrpInfAndSts'];
type Transaction = z.output<typeof transaction>;

/** The money is there, by the standard’s words; less than that is no word yet. */
const paid: ReadonlySet<string> = new Set(['ACSC', 'ACCC']);
const accepted: ReadonlySet<string> = new Set(['ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACWC']);

/**
 * A payment status report, pain.002: what became of a SEPA file, as a whole or payment by payment. Throws
 * `bank_result_unreadable`, or `bank_result_totals` where its counts are not those of its transactions.
 */
export function readPain002(text: string): BankNews {
  const { OrgnlGrpInfAndSts: group, OrgnlPmtInfAndSts: blocks = [] } = parsed(text).Document.CstmrPmtStsRpt;
  const transactions = blocks.flatMap(({ TxInfAndSts = [] }) => TxInfAndSts);
  for (const { DtldNbOfTxs, DtldSts } of group.NbOfTxsPerSts ?? []) {
    const count = transactions.filter(({ TxSts }) => TxSts === DtldSts).length;
    if (count > 0 && count !== Number(DtldNbOfTxs))
      throw wrongTotals(`${count} are ${DtldSts}, and it says ${DtldNbOfTxs}`);
  }
  return { words: transactions.flatMap(wordOf), files: fileWordOf(group) };
}

function parsed(text: string): z.output<typeof report> {
  // Entities of its own could blow it up; no bank needs them.
  if (/<!DOCTYPE/i.test(text)) throw unreadable('it has a document type of its own');
  const found = report.safeParse(xmlIn(text));
  if (!found.success) throw unreadable(`no payment status report: ${found.error.issues[0]?.path.join('/') ?? ''}`);
  return found.data;
}

function xmlIn(text: string): unknown {
  try {
    // The parser reads on past the end of half a file.
    SyntaxValidator.validate(text);
    return parser.parse(text) as unknown;
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : 'it is no XML');
  }
}

function wordOf({ OrgnlEndToEndId: reference, TxSts, StsRsnInf, OrgnlTxRef }: Transaction): readonly BankWord[] {
  if (TxSts !== 'RJCT' && !paid.has(TxSts)) return [];
  const amount = OrgnlTxRef?.Amt?.InstdAmt;
  return [
    {
      reference,
      result: TxSts === 'RJCT' ? 'returned' : 'paid',
      reason: reasonIn(StsRsnInf),
      amountMinor: amount === undefined ? null : minorOf(amount['#text'], amount['@_Ccy']),
    },
  ];
}

function fileWordOf({ OrgnlMsgId, GrpSts, StsRsnInf }: Group): readonly BankFileWord[] {
  if (GrpSts === undefined || (GrpSts !== 'RJCT' && !accepted.has(GrpSts))) return [];
  const no = OrgnlMsgId.startsWith(messageIdPrefix) ? OrgnlMsgId.slice(messageIdPrefix.length) : '';
  if (!/^[1-9]\d{0,9}$/.test(no)) throw new DomainError('bank_result_foreign', `${OrgnlMsgId} is no file of ours.`);
  return [{ fileNo: Number(no), result: GrpSts === 'RJCT' ? 'rejected' : 'accepted', reason: reasonIn(StsRsnInf) }];
}

function reasonIn(found: z.output<typeof reasons>): string | null {
  const reason = found?.[0]?.Rsn;
  return reason?.Cd ?? reason?.Prtry ?? null;
}

function minorOf(text: string, currency: string): number {
  try {
    return parseMajor(text, parseCurrency(currency)).amountMinor;
  } catch {
    throw unreadable(`“${text} ${currency}” is no amount`);
  }
}
