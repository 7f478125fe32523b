/** A direct entry file as a bank would read it: from the published table of positions, and nothing of ours. */
export interface ReadAba {
  readonly head: {
    readonly bank: string;
    readonly userName: string;
    readonly userId: string;
    readonly description: string;
    readonly date: string;
  };
  readonly payments: readonly ReadAbaPayment[];
  readonly total: { readonly net: number; readonly credits: number; readonly debits: number; readonly count: number };
}

export interface ReadAbaPayment {
  readonly bsb: string;
  readonly account: string;
  readonly code: string;
  readonly cents: number;
  readonly title: string;
  readonly reference: string;
  readonly traceBsb: string;
  readonly traceAccount: string;
  readonly remitter: string;
}

/** Positions as the table numbers them: the first is 1, both ends are included. */
const at = (record: string, first: number, last: number): string => record.slice(first - 1, last);

export function readAba(bytes: Buffer): ReadAba {
  if (bytes.some((byte) => byte > 0x7e)) throw new Error('not ASCII');
  const text = bytes.toString('ascii');
  if (!text.endsWith('\r\n')) throw new Error('the last record does not end');
  const records = text.slice(0, -2).split('\r\n');
  for (const record of records) {
    if (record.length !== 120) throw new Error(`a record of ${record.length} characters`);
    if (!/^[A-Z0-9/\-?:().,'+ ]*$/.test(record)) throw new Error(`a character that banks refuse: ${record}`);
  }
  const [head = '', ...others] = records;
  const last = others.pop() ?? '';
  return { head: readHead(head), payments: others.map(readPayment), total: readTotal(last) };
}

function readHead(record: string): ReadAba['head'] {
  blank(record, 2, 18);
  if (at(record, 1, 1) !== '0' || at(record, 19, 20) !== '01') throw new Error('no head');
  blank(record, 24, 30);
  blank(record, 81, 120);
  return {
    bank: at(record, 21, 23),
    userName: at(record, 31, 56).trimEnd(),
    userId: number(record, 57, 62),
    description: at(record, 63, 74).trimEnd(),
    date: number(record, 75, 80),
  };
}

function readPayment(record: string): ReadAbaPayment {
  if (at(record, 1, 1) !== '1') throw new Error('no payment');
  blank(record, 18, 18);
  if (number(record, 113, 120) !== '00000000') throw new Error('tax is withheld');
  const account = at(record, 9, 17);
  if (account.trimStart() !== account.trim()) throw new Error('the account does not stand on the right');
  return {
    bsb: branch(record, 2, 8),
    account: account.trim(),
    code: number(record, 19, 20),
    cents: Number(number(record, 21, 30)),
    title: at(record, 31, 62).trimEnd(),
    reference: at(record, 63, 80).trimEnd(),
    traceBsb: branch(record, 81, 87),
    traceAccount: at(record, 88, 96).trim(),
    remitter: at(record, 97, 112).trimEnd(),
  };
}

function readTotal(record: string): ReadAba['total'] {
  if (at(record, 1, 8) !== '7999-999') throw new Error('no total');
  blank(record, 9, 20);
  blank(record, 51, 74);
  blank(record, 81, 120);
  return {
    net: Number(number(record, 21, 30)),
    credits: Number(number(record, 31, 40)),
    debits: Number(number(record, 41, 50)),
    count: Number(number(record, 75, 80)),
  };
}

function branch(record: string, first: number, last: number): string {
  const text = at(record, first, last);
  if (!/^\d{3}-\d{3}$/.test(text)) throw new Error(`no branch: ${text}`);
  return text;
}

function number(record: string, first: number, last: number): string {
  const text = at(record, first, last);
  if (!/^\d+$/.test(text)) throw new Error(`no number at ${first}: ${text}`);
  return text;
}

function blank(record: string, first: number, last: number): void {
  if (at(record, first, last).trim() !== '') throw new Error(`not blank at ${first}`);
}
