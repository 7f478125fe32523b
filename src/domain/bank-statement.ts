/** Formats in which banks' statements are taken. */
export type BankStatementFormat = 'csv' | 'camt.053';
