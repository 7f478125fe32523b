import type { TestDatabase } from './database.ts';

/** Rows that events refer to, with just enough in them; every id is well-formed. */
export interface ProcessorRows {
  readonly accountId: string;
  sale(change?: { state?: string; paymentRef?: string; createdAt?: string; accountId?: string }): Promise<string>;
  account(change?: { externalRef?: string; secretRef?: string; webhookSecretRefs?: string }): Promise<string>;
}

const organisation = 'org_01KAJ0000000000000000000AA';
const site = 'sit_01KAJ0000000000000000000AA';

/** Puts a processor account into `database` and makes sales on request, with their payment registered as theirs. */
export async function processorRows(database: TestDatabase): Promise<ProcessorRows> {
  let made = 0;
  const next = (prefix: string): string => `${prefix}_01KAJ${String((made += 1)).padStart(21, '0')}`;
  const account: ProcessorRows['account'] = async (change = {}) => {
    const id = next('pac');
    await database.query(`INSERT INTO processor_account (id, provider, mode, external_ref, livemode, secret_ref,
      webhook_secret_refs, country, settlement_currencies, created_at) VALUES ('${id}', 'stripe', 'own_keys',
      '${change.externalRef ?? `acct_${made}`}', 0, '${change.secretRef ?? 'STRIPE_API_KEY'}',
      '${change.webhookSecretRefs ?? ''}', 'AU', 'AUD', UTC_TIMESTAMP(6))`);
    return id;
  };
  const accountId = await account();
  const sale: ProcessorRows['sale'] = async (change = {}) => {
    const id = next('sal');
    const created = change.createdAt ?? new Date().toISOString().replace('T', ' ').replace('Z', '');
    const payment = change.paymentRef === undefined ? 'NULL' : `'${change.paymentRef}'`;
    await database.query(`INSERT INTO sale (id, organisation_id, site_id, processor_account_id, currency, amount_minor,
      collection, capture_mode, tip_mode, actor, state, payment_ref, created_at, updated_at) VALUES ('${id}',
      '${organisation}', '${site}', '${change.accountId ?? accountId}', 'AUD', 2500, 'reader', 'manual', 'none', 'test',
      '${change.state ?? 'awaiting_card'}', ${payment}, '${created}', '${created}')`);
    if (change.paymentRef !== undefined) {
      await database.query(
        `INSERT INTO provider_object VALUES ('${change.accountId ?? accountId}', '${change.paymentRef}', 'sale', '${id}')`,
      );
    }
    return id;
  };
  return { accountId, sale, account };
}
