/** `bsb`: a branch and an account in Australia. `iban`: an account in the euro area. */
export type BankScheme = 'bsb' | 'iban';

/** An account at a bank, as files name it; never shown or logged as a whole. */
export type BankAccount =
  | {
      readonly scheme: 'bsb';
      /** Six digits. */
      readonly bsb: string;
      /** At most nine digits. */
      readonly accountNo: string;
      readonly accountName: string;
    }
  | { readonly scheme: 'iban'; readonly iban: string; readonly bic: string | null; readonly accountName: string };
