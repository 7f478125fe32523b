import type { Account } from '../store.ts';
import { forbidden } from '../wire/errors.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';

export function accountRoutes(world: World): ApiRoute[] {
  return [
    endpoint('GET /v1/account', {}, ({ account }) => accountShape(account)),
    endpoint('GET /v1/accounts/:id', {}, ({ account, path }) => {
      const other = world.store.account(path['id'] ?? '');
      if (other !== undefined && (other === account || other.platform === account.id)) return accountShape(other);
      throw forbidden('account_invalid', `The provided key does not have access to account '${path['id'] ?? ''}'.`);
    }),
  ];
}

const noAddress = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
const nothingDue = {
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
};

/** An account in good standing: enough for a smoke check. */
function accountShape(account: Account): object {
  return {
    id: account.id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: account.id,
      product_description: null,
      support_address: noAddress,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: null,
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: account.country,
    created: account.createdSeconds,
    default_currency: account.currency,
    details_submitted: true,
    email: null,
    external_accounts: {
      object: 'list',
      data: [],
      has_more: false,
      url: `/v1/accounts/${account.id}/external_accounts`,
    },
    future_requirements: nothingDue,
    metadata: {},
    payouts_enabled: true,
    requirements: nothingDue,
    settings,
    tos_acceptance: { date: null, ip: null, user_agent: null },
    type: 'standard',
  };
}

const settings = {
  bacs_debit_payments: { display_name: null, service_user_number: null },
  branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
  card_issuing: { tos_acceptance: { date: null, ip: null } },
  card_payments: {
    decline_on: { avs_failure: false, cvc_failure: false },
    statement_descriptor_prefix: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  dashboard: { display_name: null, timezone: 'Etc/UTC' },
  invoices: { default_account_tax_ids: null, hosted_payment_method_save: null },
  payments: {
    statement_descriptor: null,
    statement_descriptor_kana: null,
    statement_descriptor_kanji: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  payouts: {
    debit_negative_balances: true,
    schedule: { delay_days: 2, interval: 'daily' },
    statement_descriptor: null,
  },
  sepa_debit_payments: {},
};
