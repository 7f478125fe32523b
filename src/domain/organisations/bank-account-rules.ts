import type { BankAccount, BankScheme } from './bank-account.ts';
import { DomainError } from '../errors.ts';

/** Bank details as somebody typed them: blanks and dashes are theirs to choose. */
export interface BankAccountInput {
  readonly scheme: BankScheme;
  readonly accountName: string;
  readonly bsb?: string | undefined;
  readonly accountNo?: string | undefined;
  readonly iban?: string | undefined;
  readonly bic?: string | null | undefined;
}

/** How each currency is paid out: nothing else has a file that a bank takes (decisions D30). */
const schemes: Readonly<Record<string, BankScheme>> = { AUD: 'bsb', EUR: 'iban' };

/** The account that `input` names, in its plain form. Throws `bank_details_refused`, naming the field. */
export function bankAccountOf(input: BankAccountInput, currency: string): BankAccount {
  if (schemes[currency] !== input.scheme) throw refused('scheme', `pays nothing out in ${currency}`);
  return input.scheme === 'bsb' ? australian(input) : european(input);
}

/** An account as it may be shown: enough to recognise it by, never all of it. */
export function maskedBankAccount(account: BankAccount): string {
  if (account.scheme === 'iban') return `${account.iban.slice(0, 4)}***${account.iban.slice(-4)}`;
  const shown = account.accountNo.length > 5 ? 3 : 1;
  return `${account.bsb.slice(0, 3)}-${account.bsb.slice(3)} ***${account.accountNo.slice(-shown)}`;
}

/** Whether both name the same account, so that nothing has changed. */
export function isSameBankAccount(left: BankAccount, right: BankAccount): boolean {
  const facts = (account: BankAccount) =>
    account.scheme === 'bsb'
      ? [account.bsb, account.accountNo, account.accountName]
      : [account.iban, account.bic, account.accountName];
  return left.scheme === right.scheme && JSON.stringify(facts(left)) === JSON.stringify(facts(right));
}

function australian(input: BankAccountInput): BankAccount {
  if (input.iban !== undefined || input.bic) throw refused('iban', 'is not for this scheme');
  const [bsb, accountNo] = [compact(input.bsb ?? ''), compact(input.accountNo ?? '')];
  if (!/^\d{6}$/.test(bsb)) throw refused('bsb', 'must be six digits');
  if (!/^\d{1,9}$/.test(accountNo) || /^0+$/.test(accountNo)) throw refused('accountNo', 'must be at most nine digits');
  return { scheme: 'bsb', bsb, accountNo, accountName: input.accountName };
}

function european(input: BankAccountInput): BankAccount {
  if (input.bsb !== undefined || input.accountNo !== undefined) throw refused('bsb', 'is not for this scheme');
  const iban = compact(input.iban ?? '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban) || remainder97(iban) !== 1) throw refused('iban', 'is no IBAN');
  return { scheme: 'iban', iban, bic: bicOf(input.bic), accountName: input.accountName };
}

function bicOf(typed: string | null | undefined): string | null {
  if (typed === null || typed === undefined) return null;
  const bic = compact(typed).toUpperCase();
  if (!/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic)) throw refused('bic', 'is no BIC');
  return bic;
}

/** ISO 13616: the first four characters go last, letters count from 10, and the number leaves 1 when divided by 97. */
function remainder97(iban: string): number {
  const moved = Array.from(`${iban.slice(4)}${iban.slice(0, 4)}`);
  const digits = moved.map((character) => String(parseInt(character, 36))).join('');
  return Array.from(digits).reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0);
}

function compact(text: string): string {
  return text.replace(/[\s-]/g, '');
}

function refused(field: string, message: string): DomainError {
  const code = 'bank_details_refused';
  return new DomainError(code, `The field ${field} ${message}.`, { errors: [{ field, code, message }] });
}
