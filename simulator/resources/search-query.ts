import { invalidParameter } from '../wire/errors.ts';

/** What a search looks at, as the index knew it. */
export interface SearchFields {
  text: Record<string, string | undefined>;
  number: Record<string, number>;
  metadata: Record<string, string>;
}
export type SearchTest = (fields: SearchFields) => boolean;

const CLAUSE =
  /^(-?)(?:metadata\[["']([^"']+)["']\]|([a-z_]+))\s*(:|~|>=|<=|>|<)\s*(?:["']([^"']*)["']|(-?\d+)|(null))$/;

/** Stripe's search language: clauses joined by AND or by OR, not by both; `-` negates, `~` finds within. */
export function parseQuery(query: string): SearchTest {
  const any = query.split(/\s+OR\s+/i);
  const all = query.split(/\s+AND\s+/i);
  if (any.length > 1 && all.length > 1) throw badQuery('You may not combine AND with OR.');
  const tests = (any.length > 1 ? any : all).map((clause) => parseClause(clause.trim()));
  return any.length > 1
    ? (fields) => tests.some((test) => test(fields))
    : (fields) => tests.every((test) => test(fields));
}

function parseClause(clause: string): SearchTest {
  const parts = CLAUSE.exec(clause);
  if (parts === null) throw badQuery(`We were unable to parse your search query: ${clause}`);
  const { minus, key, field = '', operator = ':', value } = clauseParts(parts);
  const test = key === undefined ? fieldTest(field, operator, value) : metadataTest(key, operator, value);
  return minus === '-' ? (fields) => !test(fields) : test;
}

/** A value is text, a number, or null, which is no value. */
function clauseParts([, minus, key, field, operator, text, number]: RegExpExecArray) {
  return { minus, key, field, operator, value: text ?? number };
}

/** `metadata['key']:null` finds intents without the key. */
function metadataTest(key: string, operator: string, value: string | undefined): SearchTest {
  return ({ metadata }) => matchesText(metadata[key], operator, value);
}

function fieldTest(field: string, operator: string, value: string | undefined): SearchTest {
  if (field === 'amount' || field === 'created') {
    return ({ number }) => compares(number[field] ?? 0, operator, Number(value));
  }
  if (field !== 'status' && field !== 'currency' && field !== 'customer') {
    throw badQuery(`Field \`${field}\` is an unsupported search field for resource \`payment_intents\`.`);
  }
  return ({ text }) => matchesText(text[field], operator, value);
}

function matchesText(actual: string | undefined, operator: string, value: string | undefined): boolean {
  if (value === undefined) return actual === undefined;
  if (operator === '~') return actual?.toLowerCase().includes(value.toLowerCase()) ?? false;
  return actual?.toLowerCase() === value.toLowerCase();
}

function compares(actual: number, operator: string, value: number): boolean {
  switch (operator) {
    case '>':
      return actual > value;
    case '>=':
      return actual >= value;
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
    default:
      return actual === value;
  }
}

function badQuery(message: string) {
  return invalidParameter('query', message);
}
