import { parse } from 'csv-parse/sync';
import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { isCurrency, type Currency } from '../../domain/currency.ts';
import {
  requireBalanced,
  requireWithin,
  StatementRefusal,
  type BankLine,
  type BankStatementFact,
  type BankStatementFormat,
} from '../../domain/reconciliation/bank-statement.ts';
import { parseMajor } from '../../domain/money.ts';

/** A bank's statement from its file, balanced to the cent. Throws `StatementRefusal`, and nothing of it is taken. */
export function readStatementFile(format: BankStatementFormat, content: string): BankStatementFact {
  const read = format === 'csv' ? readCsv(content) : readCamt(content);
  requireWithin(read);
  requireBalanced(read);
  return read;
}

const csvHeadings = ['Type', 'Date', 'Amount', 'Currency', 'Reference', 'Description'];

/**
 * The documented CSV: an `opening` line, `entry` lines and a `closing` line under the headings above. Amounts are in
 * major units, entries signed. The opening is dated by the first day, the closing by the last.
 */
function readCsv(content: string): BankStatementFact {
  const [headings, ...rows] = csvRows(content);
  if (headings?.join() !== csvHeadings.join()) {
    throw new StatementRefusal(`The first line must be ${csvHeadings.join()}.`);
  }
  const [opening, closing] = [only(rows, 'opening'), only(rows, 'closing')];
  const currency = currencyOf(opening[3]);
  if (rows.some(([, , , code]) => code !== currency)) throw new StatementRefusal('All lines must be in one currency.');
  const entries = rows.filter(([type]) => type === 'entry');
  if (entries.length + 2 !== rows.length) throw new StatementRefusal('A line is opening, entry or closing.');
  return {
    format: 'csv',
    currency,
    fromDay: dayOf(opening[1]),
    toDay: dayOf(closing[1]),
    openingMinor: signedMinor(opening[2], currency),
    closingMinor: signedMinor(closing[2], currency),
    lines: entries.map(([, day, amount, , reference, description]) =>
      lineOf({ day, amountMinor: signedMinor(amount, currency), reference, description }),
    ),
  };
}

function csvRows(content: string): readonly (readonly string[])[] {
  try {
    return parse(content, { bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw new StatementRefusal(`It is not CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function only(rows: readonly (readonly string[])[], type: string): readonly string[] {
  const [row, ...more] = rows.filter(([name]) => name === type);
  if (row === undefined || more.length > 0) throw new StatementRefusal(`There must be one ${type} line.`);
  return row;
}

/** A node of the document: text, a list, or more nodes. */
type Node = unknown;

/** ISO 20022 camt.053, one statement of one account. */
function readCamt(content: string): BankStatementFact {
  // What an entity stands for is never looked up: a statement has none.
  if (content.includes('<!DOCTYPE')) throw new StatementRefusal('It must not declare entities.');
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    removeNSPrefix: true,
    htmlEntities: false,
  });
  const statements = listAt(parsed(parser, content), ['Document', 'BkToCstmrStmt', 'Stmt']);
  const [statement] = statements;
  if (statement === undefined || statements.length > 1) throw new StatementRefusal('It must hold one statement.');
  const balances = listAt(statement, ['Bal']);
  const [opening, closing] = [balanceOf(balances, ['OPBD', 'PRCD']), balanceOf(balances, ['CLBD'])];
  const currency = currencyOf(textAt(opening, ['Amt', '@_Ccy']));
  // What is only announced is not booked, and in no balance.
  const entries = listAt(statement, ['Ntry']).filter((entry) => !['PDNG', 'INFO'].includes(statusOf(entry)));
  const lines = entries.map((entry) => camtLine(entry, currency));
  return {
    format: 'camt.053',
    currency,
    ...camtDays(statement, [...lines.map(({ bookedOn }) => bookedOn), dateIn(closing, 'Dt')]),
    openingMinor: camtAmount(opening, currency),
    closingMinor: camtAmount(closing, currency),
    lines,
  };
}

/** The days that it says it is of, else those of its lines and its closing balance. */
function camtDays(statement: Node, seen: readonly string[]): Pick<BankStatementFact, 'fromDay' | 'toDay'> {
  const days = seen.filter((day) => day !== '').sort();
  const said = (end: 'Fr' | 'To') => textAt(statement, ['FrToDt', `${end}DtTm`]).slice(0, 10);
  return { fromDay: dayOf(said('Fr') || days[0]), toDay: dayOf(said('To') || days.at(-1)) };
}

function dateIn(node: Node, name: string): string {
  return textAt(node, [name, 'Dt']) || textAt(node, [name, 'DtTm']).slice(0, 10);
}

function parsed(parser: XMLParser, content: string): Node {
  try {
    SyntaxValidator.validate(content);
    return parser.parse(content) as Node;
  } catch (error) {
    throw new StatementRefusal(`It is not XML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function camtLine(entry: Node, currency: Currency): BankLine {
  const details = listAt(entry, ['NtryDtls', 'TxDtls']);
  const [detail] = details;
  const reference =
    details.length > 1
      ? textAt(entry, ['NtryRef'])
      : textAt(detail, ['Refs', 'EndToEndId']) || textAt(entry, ['NtryRef']) || textAt(entry, ['AcctSvcrRef']);
  const words = listAt(detail, ['RmtInf', 'Ustrd']).map(String);
  return lineOf({
    day: dateIn(entry, 'BookgDt'),
    amountMinor: camtAmount(entry, currency),
    reference,
    description: [...words, textAt(entry, ['AddtlNtryInf'])].filter((word) => word !== '').join(' '),
  });
}

function balanceOf(balances: readonly Node[], codes: readonly string[]): Node {
  const found = balances.find((balance) => codes.includes(textAt(balance, ['Tp', 'CdOrPrtry', 'Cd'])));
  if (found === undefined) throw new StatementRefusal(`It has no balance ${codes.join(' or ')}.`);
  return found;
}

function camtAmount(node: Node, currency: Currency): number {
  if (textAt(node, ['Amt', '@_Ccy']) !== currency) throw new StatementRefusal('All amounts must be in one currency.');
  const size = signedMinor(textAt(node, ['Amt', '#text']), currency);
  switch (textAt(node, ['CdtDbtInd'])) {
    case 'CRDT':
      return size;
    case 'DBIT':
      return -size;
    default:
      throw new StatementRefusal('An amount is neither CRDT nor DBIT.');
  }
}

/** `BOOK`, as older versions write it, or as a code of its own. */
function statusOf(entry: Node): string {
  return textAt(entry, ['Sts', 'Cd']) || textAt(entry, ['Sts']);
}

function at(node: Node, name: string): Node {
  return typeof node === 'object' && node !== null ? (node as Record<string, Node>)[name] : undefined;
}

function listAt(node: Node, path: readonly string[]): readonly Node[] {
  const found = path.reduce((from, name) => at(Array.isArray(from) ? from[0] : from, name), node);
  if (found === undefined || found === '') return [];
  return Array.isArray(found) ? found : [found];
}

function textAt(node: Node, path: readonly string[]): string {
  const [found] = listAt(node, path);
  return typeof found === 'string' ? found.trim() : '';
}

interface RawLine {
  readonly day: string | undefined;
  readonly amountMinor: number;
  readonly reference: string | undefined;
  readonly description: string | undefined;
}

function lineOf(row: RawLine): BankLine {
  const { day, amountMinor, reference = '', description = '' } = row;
  return {
    bookedOn: dayOf(day),
    amountMinor,
    reference: reference.slice(0, 140),
    description: description.slice(0, 500),
  };
}

function dayOf(day = ''): string {
  const instant = new Date(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 10) === day;
  if (!isDay) throw new StatementRefusal(`Not a day: ${JSON.stringify(day)}`);
  return day;
}

function currencyOf(code: string | undefined): Currency {
  if (code !== undefined && isCurrency(code)) return code;
  throw new StatementRefusal(`The currency ${JSON.stringify(code)} is not supported.`);
}

function signedMinor(text: string | undefined, currency: Currency): number {
  const [, sign = '', digits = ''] = /^([+-]?)(\d+(?:\.\d+)?)$/.exec(text ?? '') ?? [];
  try {
    const size: number = parseMajor(digits, currency).amountMinor;
    return sign === '-' && size !== 0 ? -size : size;
  } catch {
    throw new StatementRefusal(`Not an amount in ${currency}: ${JSON.stringify(text)}`);
  }
}
