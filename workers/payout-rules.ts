import { z } from 'zod';
import { ConfigError, type Config } from '../src/config.ts';
import { defaultInvoiceIssuer, type InvoiceIssuer } from '../src/domain/settlement/invoice-issuer.ts';
import { defaultBankRef, type PayoutOriginators } from '../src/domain/settlement/payout-file.ts';
import { payoutRules, type PayoutRules } from '../src/domain/settlement/payout-rules.ts';
import { feeTaxesFrom } from './fee-taxes.ts';
import { sealKeysOf } from './seal-keys.ts';
import type { PayoutSettings } from '../src/api/settlement/payout-writing.ts';
import type { BankCalendar } from '../src/reports/settlement/business-days.ts';

const days = z.int().min(0).max(60);
const timing = z.strictObject({
  confirmBusinessDays: days.optional(),
  remindBusinessDays: days.optional(),
  lookMs: z.int().positive().optional(),
});
const directEntry = z.strictObject({
  bankAbbreviation: z.string().regex(/^[A-Z]{3}$/),
  userId: z.string().regex(/^\d{6}$/),
  userName: z.string().min(1).max(26),
  remitter: z.string().min(1).max(16),
  description: z.string().min(1).max(12).default('SETTLEMENT'),
  bsb: z.string().regex(/^\d{6}$/),
  accountNo: z.string().regex(/^\d{1,9}$/),
  isBalanced: z.boolean().default(false),
});
const sepa = z.strictObject({
  name: z.string().min(1).max(70),
  iban: z
    .string()
    .regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/)
    .refine(isIban, 'is no IBAN: its check digits are wrong'),
  bic: z
    .string()
    .regex(/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/)
    .nullable()
    .default(null),
});
const originators = z.record(
  z.string().regex(/^[A-Z]{3}$/),
  z.strictObject({
    bankRef: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,60}$/)
      .default(defaultBankRef),
    directEntry: directEntry.nullable().default(null),
    sepa: sepa.nullable().default(null),
  }),
);
const issuer = z.strictObject({
  name: z.string().min(1).max(120),
  address: z.string().max(300).nullable().default(null),
  taxIdLabel: z.string().min(1).max(20).default(defaultInvoiceIssuer.taxIdLabel),
  taxId: z.string().min(1).max(40).nullable().default(null),
});

/** Who pays, by currency, as `PAYOUT_ORIGINATORS` says. Throws `ConfigError` for what no bank would take. */
export function payoutOriginatorsOf({
  PAYOUT_ORIGINATORS: json,
}: Pick<Config, 'PAYOUT_ORIGINATORS'>): PayoutOriginators {
  return json === undefined ? {} : parsed('PAYOUT_ORIGINATORS', originators, json);
}

/** The patience with banks: production's, with the figures of `PAYOUT_TIMING` in their place. */
export function payoutRulesOf({ PAYOUT_TIMING: json }: Pick<Config, 'PAYOUT_TIMING'>): PayoutRules {
  if (json === undefined) return payoutRules;
  const given = Object.entries(parsed('PAYOUT_TIMING', timing, json)).filter(([, value]) => value !== undefined);
  return { ...payoutRules, ...Object.fromEntries(given) };
}

/** When banks work. */
export function bankCalendarOf(config: Pick<Config, 'BANK_HOLIDAYS' | 'DEFAULT_ZONE'>): BankCalendar {
  return { zone: config.DEFAULT_ZONE, holidays: new Set(config.BANK_HOLIDAYS.split(',').filter(Boolean)) };
}

/** Who invoices the fees. */
export function invoiceIssuerOf({ INVOICE_ISSUER: json }: Pick<Config, 'INVOICE_ISSUER'>): InvoiceIssuer {
  return json === undefined ? defaultInvoiceIssuer : parsed('INVOICE_ISSUER', issuer, json);
}

/** All that the API needs to know of payouts. */
export function payoutSettingsOf(config: Config): PayoutSettings {
  return {
    bulkQueue: config.TASK_QUEUE_BULK,
    originators: payoutOriginatorsOf(config),
    calendar: bankCalendarOf(config),
    sealKeys: sealKeysOf(config),
    issuer: invoiceIssuerOf(config),
    feeTaxes: feeTaxesFrom(config.FEE_TAXES),
  };
}

function parsed<T extends z.ZodType>(name: string, schema: T, json: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(json));
  } catch (error) {
    throw new ConfigError(`${name}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

/** ISO 13616: with its head moved to the end and letters as numbers from 10 on, it leaves 1 when divided by 97. */
function isIban(iban: string): boolean {
  const digits = `${iban.slice(4)}${iban.slice(0, 4)}`.replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return BigInt(digits) % 97n === 1n;
}
