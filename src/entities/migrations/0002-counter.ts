import { Migration } from '@mikro-orm/migrations';

/**
 * Who sells where and through which processor, the sales themselves, and what makes their effects happen once: the
 * inbox, idempotency rows, provider objects (decisions D44-D46, D59-D62). Integer numbers (`no`) are what the
 * contracts speak; ULIDs are what we speak.
 */
export class CounterMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const owners = [
  `CREATE TABLE organisation (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, name varchar(120) NOT NULL, status ${word(16)} NOT NULL,
    zone ${word(64)} NOT NULL, external_ref varchar(120) NULL, created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY organisation_no_unique (no), UNIQUE KEY organisation_external_ref_unique (external_ref)
  ) ${table}`,
  `CREATE TABLE processor_account (
    id ${id} NOT NULL, organisation_id ${id} NULL, provider ${word(16)} NOT NULL, mode ${word(24)} NOT NULL,
    external_ref ${word(120)} NOT NULL, platform_account_id ${id} NULL, livemode tinyint(1) NOT NULL,
    publishable_key ${word(255)} NULL, secret_ref ${word(255)} NOT NULL, webhook_secret_refs varchar(1000) NOT NULL,
    api_version ${word(40)} NULL, country ${word(2)} NOT NULL, settlement_currencies ${word(120)} NOT NULL,
    events_read_until datetime(6) NULL, created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY processor_account_external_unique (provider, external_ref)
  ) ${table}`,
  `CREATE TABLE site (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, organisation_id ${id} NOT NULL, name varchar(120) NOT NULL,
    slug ${word(64)} NOT NULL, currency ${word(3)} NOT NULL, country ${word(2)} NOT NULL, zone ${word(64)} NOT NULL,
    processor_account_id ${id} NOT NULL, provider_location ${word(120)} NULL, collection ${word(8)} NOT NULL,
    capture_mode ${word(12)} NOT NULL, receipt_header varchar(500) NULL, external_ref varchar(120) NULL,
    created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY site_no_unique (no), UNIQUE KEY site_slug_unique (slug),
    UNIQUE KEY site_location_unique (processor_account_id, provider_location),
    UNIQUE KEY site_external_ref_unique (organisation_id, external_ref)
  ) ${table}`,
  `CREATE TABLE reader (
    id ${id} NOT NULL, organisation_id ${id} NOT NULL, site_id ${id} NOT NULL, provider_ref ${word(120)} NOT NULL,
    label varchar(120) NOT NULL, device_type ${word(64)} NULL, serial_number ${word(64)} NULL, provider_location ${word(120)} NULL,
    removed_at datetime(6) NULL, lease_kind ${word(12)} NULL, lease_owner ${word(80)} NULL, fence int unsigned NOT NULL DEFAULT 0,
    created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY reader_provider_ref_unique (site_id, provider_ref), KEY reader_organisation_index (organisation_id)
  ) ${table}`,
  `CREATE TABLE api_key (
    id ${id} NOT NULL, name varchar(120) NOT NULL, secret_hash ${word(64)} NOT NULL, roles varchar(500) NOT NULL,
    organisation_id ${id} NULL, site_id ${id} NULL, created_at datetime(6) NOT NULL, expires_at datetime(6) NULL, revoked_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY api_key_secret_hash_unique (secret_hash)
  ) ${table}`,
  `CREATE TABLE audit_event (
    no bigint unsigned NOT NULL AUTO_INCREMENT, occurred_at datetime(6) NOT NULL, actor ${word(120)} NOT NULL, action ${word(64)} NOT NULL,
    organisation_id ${id} NULL, target ${word(120)} NOT NULL, before_values text NULL, after_values text NULL, reason varchar(500) NULL,
    PRIMARY KEY (no), KEY audit_event_target_index (target), KEY audit_event_organisation_index (organisation_id, no)
  ) ${table}`,
];

const sales = [
  `CREATE TABLE sale (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, organisation_id ${id} NOT NULL, site_id ${id} NOT NULL,
    processor_account_id ${id} NOT NULL, order_id ${id} NULL, cart_id ${id} NULL, cart_revision int NULL, currency ${word(3)} NOT NULL,
    amount_minor bigint NOT NULL, tip_minor bigint NOT NULL DEFAULT 0, authorized_minor bigint NOT NULL DEFAULT 0,
    captured_minor bigint NOT NULL DEFAULT 0, refunded_minor bigint NOT NULL DEFAULT 0, description varchar(255) NULL,
    collection ${word(8)} NOT NULL, reader_id ${id} NULL, capture_mode ${word(12)} NOT NULL, tip_mode ${word(12)} NOT NULL,
    actor ${word(120)} NOT NULL, till_ref varchar(64) NULL, api_key_id ${id} NULL, state ${word(16)} NOT NULL, attempt int NOT NULL DEFAULT 0,
    outcome ${word(32)} NULL, decline_code ${word(64)} NULL, attention_reason varchar(255) NULL, open_for ${word(80)} NULL, payment_ref ${word(120)} NULL,
    capture_requested_minor bigint NULL, brand ${word(32)} NULL, last4 ${word(4)} NULL, card_receipt text NULL, capture_before datetime(6) NULL,
    ledger_transaction_id ${id} NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY sale_no_unique (no), UNIQUE KEY sale_open_for_unique (open_for),
    KEY sale_organisation_index (organisation_id, id), KEY sale_site_index (site_id, id), KEY sale_state_index (state, updated_at),
    KEY sale_payment_ref_index (processor_account_id, payment_ref)
  ) ${table}`,
  `CREATE TABLE sale_attempt (
    sale_id ${id} NOT NULL, n int NOT NULL, reader_id ${id} NULL, fence int unsigned NULL, provider_key ${word(255)} NOT NULL,
    outcome ${word(32)} NULL, decline_code ${word(64)} NULL, charge_ref ${word(120)} NULL,
    started_at datetime(6) NOT NULL, ended_at datetime(6) NULL,
    PRIMARY KEY (sale_id, n)
  ) ${table}`,
  `CREATE TABLE sale_event (
    no bigint unsigned NOT NULL AUTO_INCREMENT, sale_id ${id} NOT NULL, occurred_at datetime(6) NOT NULL, what ${word(32)} NOT NULL,
    why varchar(255) NULL, state ${word(16)} NOT NULL,
    PRIMARY KEY (no), KEY sale_event_sale_index (sale_id, no)
  ) ${table}`,
  `CREATE TABLE card_transaction (
    id ${id} NOT NULL, organisation_id ${id} NOT NULL, processor_account_id ${id} NOT NULL, owner_kind ${word(16)} NOT NULL, owner_id ${id} NOT NULL,
    payment_ref ${word(120)} NOT NULL, charge_ref ${word(120)} NULL, currency ${word(3)} NOT NULL, captured_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0, disputed_minor bigint NOT NULL DEFAULT 0, state ${word(16)} NOT NULL,
    balance_transaction_ref ${word(120)} NULL, fee_minor bigint NULL, captured_at datetime(6) NULL, fee_checked_at datetime(6) NULL,
    created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY card_transaction_payment_unique (processor_account_id, payment_ref),
    UNIQUE KEY card_transaction_charge_unique (processor_account_id, charge_ref), KEY card_transaction_owner_index (owner_id),
    KEY card_transaction_fee_index (state, balance_transaction_ref, captured_at)
  ) ${table}`,
];

const effects = [
  `CREATE TABLE provider_object (
    processor_account_id ${id} NOT NULL, object_id ${word(120)} NOT NULL, owner_kind ${word(16)} NOT NULL, owner_id ${id} NOT NULL,
    PRIMARY KEY (processor_account_id, object_id), KEY provider_object_owner_index (owner_id)
  ) ${table}`,
  `CREATE TABLE provider_event (
    id ${id} NOT NULL, provider ${word(16)} NOT NULL, processor_account_id ${id} NOT NULL, event_key ${word(120)} NOT NULL,
    type ${word(80)} NOT NULL, object_id ${word(120)} NULL, payload mediumtext NOT NULL, source ${word(8)} NOT NULL,
    state ${word(12)} NOT NULL, reason varchar(255) NULL, owner_kind ${word(16)} NULL, owner_id ${id} NULL, attempts int NOT NULL DEFAULT 0,
    created_at datetime(6) NOT NULL, received_at datetime(6) NOT NULL, due_at datetime(6) NULL, settled_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY provider_event_unique (provider, processor_account_id, event_key),
    KEY provider_event_due_index (state, due_at), KEY provider_event_object_index (object_id), KEY provider_event_owner_index (owner_id)
  ) ${table}`,
  `CREATE TABLE idempotency_request (
    id ${id} NOT NULL, tenant ${word(64)} NOT NULL, idempotency_key ${word(255)} NOT NULL, request_hash ${word(64)} NOT NULL,
    resource_id ${id} NOT NULL, state ${word(8)} NOT NULL, status smallint unsigned NULL, body mediumtext NULL,
    created_at datetime(6) NOT NULL, finished_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY idempotency_request_unique (tenant, idempotency_key), KEY idempotency_request_created_index (created_at)
  ) ${table}`,
];

const statements = [...owners, ...sales, ...effects];
