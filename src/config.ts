import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defaultBankRef } from './domain/settlement/payout-file.ts';

/** All that a process reads from its surroundings, once, at its start; passed in from there. */
export type Config = ReturnType<typeof parse> & {
  /** The secret behind a reference: `file:/path` or the name of an environment variable (decisions D59). */
  readonly secret: (reference: string) => string;
};

/** A setting is missing or malformed; the message names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const ms = z.coerce.number().int().positive();

/** A page of the host for members; the default shows what a link would look like. */
function link(page: string) {
  return z
    .string()
    .regex(/^https?:\/\//, 'must begin with https:// or http://')
    .default(`https://host.example/members/{member}/${page}`);
}

/** `name:reference` in a list, the newest first. */
const sealKeys = z
  .string()
  .regex(/^([A-Za-z0-9_-]{1,16}:[^,]+)?(,[A-Za-z0-9_-]{1,16}:[^,]+)*$/, 'must be name:reference, name:reference')
  .default('')
  .transform((text) => text.split(',').filter(Boolean).map(namedReference));

function namedReference(entry: string): { readonly name: string; readonly reference: string } {
  const colon = entry.indexOf(':');
  return { name: entry.slice(0, colon), reference: entry.slice(colon + 1) };
}

const schema = z.object({
  DATABASE_URL: z.string().regex(/^(mysql|mariadb):\/\//, 'must begin with mysql:// or mariadb://'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(200).default(10),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://'),
  /** Separates the queues of deployments (and of test files) that share a Redis. */
  QUEUE_PREFIX: z.string().min(1).default('tillflow'),
  TEMPORAL_ADDRESS: z.string().regex(/^[^/]+:\d+$/, 'must be host:port'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TLS: flag.default(false),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  TEMPORAL_UI_URL: z.url().optional(),
  TASK_QUEUE_PAYMENTS: z.string().min(1).default('payments'),
  TASK_QUEUE_BULK: z.string().min(1).default('bulk'),
  WORKFLOW_BUNDLE: z.string().min(1).optional(),
  /** A cashier waits: a killed worker's sales move to another one after this. */
  STICKY_TIMEOUT_MS: ms.default(1_000),
  /** About 1.3 MiB each in a busy worker: with 500 it stays below 1 GiB (quality.md F36). */
  MAX_CACHED_WORKFLOWS: z.coerce.number().int().min(10).default(500),
  STRIPE_API_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
  STRIPE_API_BASE: z.url().optional(),
  STRIPE_TIMEOUT_MS: ms.default(20_000),
  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port.default(8080),
  API_DEADLINE_MS: ms.default(20_000),
  API_CORS_ORIGINS: z.string().default(''),
  API_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().positive().default(6_000),
  ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  ADMIN_PORT: port.default(8081),
  WORKER_METRICS_PORT: port.optional(),
  JOBS_METRICS_PORT: port.optional(),
  /** JSON that overrides single figures of the sale's patience, in ms. */
  SALE_TIMING: z.string().optional(),
  /** JSON that overrides single figures of a checkout's patience, in ms. */
  CHECKOUT_TIMING: z.string().optional(),
  /** JSON that overrides single figures of a refund's patience, in ms. */
  REFUND_TIMING: z.string().optional(),
  /** What is kept of a refund that a member asks for, in percent with at most two places (cobalt.md 1.5). */
  REFUND_FEE_PERCENT: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,2})?$/, 'must be a percentage below 100 with at most two places')
    .default('3'),
  REFUND_AGE_WEEKS: z.coerce.number().int().positive().default(12),
  /** How far below zero refunds of events may bring an organisation, in minor units. */
  EVENT_REFUND_LIMIT_MINOR: z.coerce.number().int().nonnegative().default(0),
  /** Corrections by hand above it wait for a second person; minor units. Without it none does. */
  ADJUSTMENT_APPROVAL_ABOVE_MINOR: z.coerce.number().int().nonnegative().optional(),
  /** So long they wait: a week. */
  ADJUSTMENT_APPROVAL_MS: ms.default(604_800_000),
  /** JSON by currency that overrides limits of members' balances, in minor units (decisions D1). */
  TOP_UP_LIMITS: z.string().optional(),
  SALE_AMOUNT_MAX_MINOR: z.coerce.number().int().positive().default(99_999_999),
  EVENT_SWEEP_MS: ms.default(5_000),
  /** The same where no sale waits: refunds, disputes and cards that members save. */
  QUIET_SWEEP_MS: ms.default(300_000),
  INBOX_SWEEP_MS: ms.default(5_000),
  FEE_SWEEP_MS: ms.default(10_000),
  UNBEGUN_SWEEP_MS: ms.default(60_000),
  CARD_SWEEP_MS: ms.default(600_000),
  SEAL_MS: ms.default(5_000),
  CALLBACK_MS: ms.default(1_000),
  /** For demos and tests: callbacks may go to plain HTTP and to addresses of our own network. */
  CALLBACK_ALLOW_PRIVATE: flag.default(false),
  NOTICE_MS: ms.default(1_000),
  /** How often reports that nobody makes are looked for, and files taken away whose time is over. */
  REPORT_SWEEP_MS: ms.default(10_000),
  /** Where notices are sent by; without it they are files in `OUTBOX_DIR`. */
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  OUTBOX_DIR: z.string().min(1).default('.tillflow/outbox'),
  MAIL_FROM: z
    .string()
    .regex(/^[^<>@\r\n]*<?[^<>@\s]+@[^<>@\s]+>?$/, 'must be an address or Name <address>')
    .default('Tillflow <noreply@localhost>'),
  /** Pages of the host that notices lead to; `{member}` stands for the member's own reference. */
  LINK_SET_UP: link('auto-top-up'),
  LINK_STATEMENT: link('statement'),
  LINK_SETTINGS: link('settings'),
  LINK_TOP_UP: link('top-up'),
  LINK_PAY_NOW: link('pay'),
  /** Public keys of who issues tokens to persons: an address, or a file for what has no network. */
  JWT_JWKS_URL: z.url().optional(),
  JWT_JWKS_FILE: z.string().min(1).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).default('tillflow'),
  /** What bank details are sealed with: `name:reference` of 32 bytes in base64, the newest first. */
  SEAL_KEYS: sealKeys,
  /** JSON by currency of the tax that fees include: `{"AUD": {"label": "GST", "rateBp": 1000}}`. */
  FEE_TAXES: z.string().optional(),
  /** Our own account at the bank, as in `bank/<name>/<currency>`: where processors pay to. */
  BANK_REF: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be a name of letters, digits, dots and dashes')
    .default(defaultBankRef),
  /** What the processor or the book does not show yet is no alarm before this. */
  RECONCILE_GRACE_MS: z.coerce.number().int().nonnegative().default(86_400_000),
  /** Whether the books of each Stripe account are compared every day by itself. */
  RECONCILIATION_SCHEDULE: flag.default(true),
  /** How often new zones and accounts are looked for, which get their schedules. */
  SCHEDULE_MS: ms.default(600_000),
  /** Whether each zone's month is settled by itself; runs wait for approval all the same. */
  SETTLEMENT_SCHEDULE: flag.default(true),
  SETTLEMENT_DAY: z.coerce.number().int().min(1).max(28).default(1),
  /** Local; not between 1 and 3, which some days have twice or not at all. */
  SETTLEMENT_HOUR: z.coerce
    .number()
    .int()
    .refine((hour) => hour === 0 || (hour >= 4 && hour <= 23), 'must be 0 or from 4 to 23')
    .default(5),
  /** How many people must approve a settlement. */
  SETTLEMENT_APPROVALS: z.coerce.number().int().min(1).max(2).default(1),
  /** Settles what is there where it is less than was planned, in runs of the schedule. */
  SETTLEMENT_CAPS: flag.default(false),
  /** JSON by currency: payouts below wait for the next month, in minor units. */
  SETTLEMENT_MINIMUM: z.string().optional(),
  /** JSON that overrides single figures of a settlement's patience, in ms. */
  SETTLEMENT_TIMING: z.string().optional(),
  /** JSON by currency of who pays organisations and how banks know them (docs/payouts.md). */
  PAYOUT_ORIGINATORS: z.string().optional(),
  /** JSON that overrides single figures of the patience with banks. */
  PAYOUT_TIMING: z.string().optional(),
  /** Days beside weekends on which banks do not work: `2026-12-25,2026-12-28`. */
  BANK_HOLIDAYS: z
    .string()
    .regex(/^(\d{4}-\d{2}-\d{2}(,(?=\d)|$))*$/, 'must be days, as 2026-12-25,2026-12-28')
    .default(''),
  /** JSON of who invoices organisations for fees: `{"name": …, "address": …, "taxIdLabel": "ABN", "taxId": …}`. */
  INVOICE_ISSUER: z.string().optional(),
  DEFAULT_ZONE: z.string().min(1).default('Australia/Sydney'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Reads and validates the environment, or throws `ConfigError` naming every variable that is wrong. */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  return { ...parse(environment), secret: (reference) => readSecret(environment, reference) };
}

function parse(environment: NodeJS.ProcessEnv) {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The environment is not complete.\n  ${problems.join('\n  ')}`);
}

function readSecret(environment: NodeJS.ProcessEnv, reference: string): string {
  const value = reference.startsWith('file:')
    ? readFileSync(reference.slice('file:'.length), 'utf8').trim()
    : environment[reference];
  if (value === undefined || value === '') throw new ConfigError(`${reference}: the secret it names is not set`);
  return value;
}
