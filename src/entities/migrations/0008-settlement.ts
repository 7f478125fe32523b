import { Migration } from '@mikro-orm/migrations';

/**
 * What organisations are settled by: their address, bank details by version, fees with their history, and the runs,
 * items and payouts of the month's end (decisions D24 to D31).
 */
export class SettlementMigration extends Migration {
  override up(): void {
    for (const statement of [...organisations, ...runs, ...payouts]) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const organisations = [
  `ALTER TABLE organisation
    ADD COLUMN currency ${word(3)} NOT NULL DEFAULT 'AUD' AFTER zone, ADD COLUMN email varchar(254) NULL AFTER currency,
    ADD COLUMN address text NULL AFTER email, ADD COLUMN float_minor bigint NOT NULL DEFAULT 0 AFTER address,
    ADD COLUMN is_internal tinyint(1) NOT NULL DEFAULT 0 AFTER float_minor,
    ADD COLUMN payout_method ${word(16)} NOT NULL DEFAULT 'bank' AFTER is_internal,
    ADD COLUMN connected_account_ref ${word(120)} NULL AFTER payout_method, ADD COLUMN closed_at datetime(6) NULL AFTER created_at`,
  `CREATE TABLE fee_setting (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, default_fee_bp int NOT NULL, card_cost_e4 bigint NOT NULL, card_percent_e4 int NOT NULL,
    refund_fee_bp int NOT NULL, refund_weeks int NOT NULL, actor ${word(120)} NOT NULL, asserted_actor ${word(120)} NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (id), UNIQUE KEY fee_setting_no_unique (no)
  ) ${table}`,
  `CREATE TABLE fee_override (
    organisation_id ${id} NOT NULL, fee_bp int NOT NULL, actor ${word(120)} NOT NULL, asserted_actor ${word(120)} NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (organisation_id)
  ) ${table}`,
  `CREATE TABLE bank_detail (
    id ${id} NOT NULL, organisation_id ${id} NOT NULL, no int unsigned NOT NULL, currency ${word(3)} NOT NULL, scheme ${word(8)} NOT NULL,
    sealed text NOT NULL, masked varchar(80) NOT NULL, actor ${word(120)} NOT NULL, asserted_actor ${word(120)} NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (id), UNIQUE KEY bank_detail_version_unique (organisation_id, currency, no)
  ) ${table}`,
];

const runs = [
  `CREATE TABLE settlement_run (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, zone ${word(64)} NOT NULL, period ${word(7)} NOT NULL, reference_at datetime(6) NOT NULL,
    cause ${word(12)} NOT NULL, state ${word(24)} NOT NULL, caps_short tinyint(1) NOT NULL, approvals_wanted int NOT NULL, plan_hash ${word(64)} NULL,
    attention_reason varchar(255) NULL, started_by ${word(120)} NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY settlement_run_no_unique (no), KEY settlement_run_period_index (zone, period)
  ) ${table}`,
  `CREATE TABLE settlement_item (
    id ${id} NOT NULL, run_id ${id} NOT NULL, organisation_id ${id} NOT NULL, currency ${word(3)} NOT NULL, period ${word(7)} NOT NULL, claim ${word(60)} NULL,
    state ${word(16)} NOT NULL, outcome ${word(64)} NULL, ledger_seq bigint NOT NULL, balance_minor bigint NOT NULL, float_minor bigint NOT NULL,
    settled_minor bigint NOT NULL, override_minor bigint NULL, override_by ${word(120)} NULL, override_reason varchar(255) NULL, fee_bp int NOT NULL,
    fee_version ${word(60)} NOT NULL, fee_minor bigint NOT NULL, tax_minor bigint NOT NULL, payout_minor bigint NOT NULL, method ${word(16)} NOT NULL,
    bank_detail_id ${id} NULL, payout_id ${id} NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY settlement_item_claim_unique (claim), UNIQUE KEY settlement_item_run_unique (run_id, organisation_id, currency),
    KEY settlement_item_state_index (run_id, state)
  ) ${table}`,
  `CREATE TABLE settlement_approval (
    run_id ${id} NOT NULL, plan_hash ${word(64)} NOT NULL, person ${word(120)} NOT NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (run_id, plan_hash, person)
  ) ${table}`,
];

const payouts = [
  `CREATE TABLE payout (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, run_id ${id} NULL, organisation_id ${id} NOT NULL, period ${word(7)} NOT NULL,
    currency ${word(3)} NOT NULL, amount_minor bigint NOT NULL, settled_minor bigint NOT NULL, fee_minor bigint NOT NULL, tax_minor bigint NOT NULL,
    method ${word(16)} NOT NULL, state ${word(16)} NOT NULL, attempt_no int NOT NULL, bank_detail_id ${id} NULL, settlement_op_key ${word(80)} NOT NULL,
    outcome varchar(255) NULL, attention_reason varchar(255) NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY payout_no_unique (no), UNIQUE KEY payout_settlement_unique (settlement_op_key),
    KEY payout_state_index (state, method), KEY payout_organisation_index (organisation_id, id)
  ) ${table}`,
  `CREATE TABLE payout_file (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, run_id ${id} NULL, format ${word(12)} NOT NULL, currency ${word(3)} NOT NULL,
    payouts int NOT NULL, total_minor bigint NOT NULL, digest ${word(64)} NOT NULL, sealed mediumtext NOT NULL, actor ${word(120)} NOT NULL,
    created_at datetime(6) NOT NULL,
    PRIMARY KEY (id), UNIQUE KEY payout_file_no_unique (no), KEY payout_file_run_index (run_id)
  ) ${table}`,
  `CREATE TABLE payout_file_line (
    payout_id ${id} NOT NULL, attempt_no int unsigned NOT NULL, file_id ${id} NOT NULL, reference ${word(35)} NOT NULL,
    PRIMARY KEY (payout_id, attempt_no), KEY payout_file_line_file_index (file_id), UNIQUE KEY payout_file_line_reference_unique (reference)
  ) ${table}`,
];
