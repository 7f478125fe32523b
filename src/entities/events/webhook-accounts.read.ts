import { processorAccountId, type ProcessorAccountId } from '../../domain/ids.ts';
import { textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** Where a delivery's endpoint belongs, and the secrets that may have signed it. */
export interface WebhookAccount {
  readonly processorAccountId: ProcessorAccountId;
  readonly secrets: readonly string[];
}

export interface WebhookAccounts {
  /** The account of `/webhooks/stripe/{reference}`: our id or the processor's; null: the default account. */
  endpoint(reference: string | null): Promise<WebhookAccount | undefined>;
  /** The account that an event names; undefined when we do not know it. */
  named(externalRef: string): Promise<ProcessorAccountId | undefined>;
}

export interface WebhookAccountOptions {
  readonly pool: Pick<SqlPool, 'rows'>;
  /** The secret behind a reference (decisions D59). */
  readonly secretOf: (reference: string) => string;
  /** The environment's secret of the default account, beside those its row names. */
  readonly defaultSecret: string | undefined;
  /** How long an answer is kept: a rotated secret counts after this at the latest. */
  readonly freshMs?: number;
}

/** The default account is the one whose key the environment gives. */
const defaultSecretRef = 'STRIPE_API_KEY';

/** What was read at one time; an endpoint's secrets are looked up once for it. */
interface Kept {
  readonly rows: readonly SqlRow[];
  readonly endpoints: Map<string | null, WebhookAccount>;
  readonly until: number;
}

/** Stripe's processor accounts as the webhook route sees them, kept for some seconds. */
export function createWebhookAccounts(options: WebhookAccountOptions): WebhookAccounts {
  let kept: Kept | null = null;
  const fresh = async (): Promise<Kept> => {
    if (kept === null || kept.until <= Date.now()) {
      const sql = `SELECT id, external_ref, secret_ref, webhook_secret_refs FROM processor_account
        WHERE provider = 'stripe' ORDER BY created_at, id`;
      const rows = await options.pool.rows(sql);
      kept = { rows, endpoints: new Map(), until: Date.now() + (options.freshMs ?? 2_000) };
    }
    return kept;
  };
  return {
    async endpoint(reference) {
      const { rows, endpoints } = await fresh();
      const known = endpoints.get(reference);
      if (known !== undefined) return known;
      const row = rows.find((candidate) => isMeant(candidate, reference));
      if (row === undefined) return undefined;
      const account = accountOf(row, options);
      endpoints.set(reference, account);
      return account;
    },
    async named(externalRef) {
      const row = (await fresh()).rows.find((candidate) => candidate['external_ref'] === externalRef);
      return row === undefined ? undefined : processorAccountId(textOf(row, 'id'));
    },
  };
}

function isMeant(row: SqlRow, reference: string | null): boolean {
  if (reference === null) return row['secret_ref'] === defaultSecretRef;
  return row['id'] === reference || row['external_ref'] === reference;
}

function accountOf(row: SqlRow, options: WebhookAccountOptions): WebhookAccount {
  const references = textOf(row, 'webhook_secret_refs')
    .split(',')
    .map((reference) => reference.trim());
  const named = references.filter((reference) => reference !== '').map((reference) => options.secretOf(reference));
  const ambient = row['secret_ref'] === defaultSecretRef ? options.defaultSecret : undefined;
  const secrets = new Set(ambient === undefined ? named : [...named, ambient]);
  return { processorAccountId: processorAccountId(textOf(row, 'id')), secrets: [...secrets] };
}
