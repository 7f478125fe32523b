import { Migration } from '@mikro-orm/migrations';

/**
 * Members and their money: accounts at the book are named by member, what moves is a payment or a top-up, and a need is
 * what waits for a top-up (decisions D9, D10). Notices, IOUs and callbacks are registers outside the book.
 */
export class MembersMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const people = [
  // A member's card money belongs to no organisation.
  `ALTER TABLE card_transaction MODIFY organisation_id ${id} NULL`,
  `CREATE TABLE member (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, external_ref varchar(120) NULL, first_name varchar(120) NOT NULL,
    last_name varchar(120) NOT NULL, email varchar(254) NULL, currency ${word(3)} NOT NULL, status ${word(16)} NOT NULL, is_system tinyint(1) NOT NULL,
    wants_low_balance_email tinyint(1) NOT NULL, wants_payments_email tinyint(1) NOT NULL, home_club varchar(120) NULL, rank_name varchar(60) NULL,
    created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY member_no_unique (no), UNIQUE KEY member_external_ref_unique (external_ref)
  ) ${table}`,
  `CREATE TABLE auto_top_up (
    member_id ${id} NOT NULL, state ${word(16)} NOT NULL, amount_minor bigint NULL, charge_cap_minor bigint NULL, processor_account_id ${id} NOT NULL,
    customer_ref ${word(120)} NULL, payment_method_ref ${word(120)} NULL, brand ${word(32)} NULL, last4 ${word(4)} NULL, exp_month int NULL, exp_year int NULL,
    refusals int NOT NULL DEFAULT 0, back_off_until datetime(6) NULL, disabled_reason varchar(255) NULL, updated_at datetime(6) NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (member_id), UNIQUE KEY auto_top_up_customer_unique (processor_account_id, customer_ref)
  ) ${table}`,
];

const money = [
  `CREATE TABLE payment (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, member_id ${id} NOT NULL, payee_kind ${word(16)} NOT NULL, payee_id ${id} NOT NULL,
    amount_minor bigint NOT NULL, currency ${word(3)} NOT NULL, description varchar(255) NOT NULL, type varchar(20) NOT NULL,
    session_ref varchar(120) NULL, event_ref varchar(120) NULL, payment_type varchar(60) NULL, mode ${word(12)} NOT NULL, batch_id ${id} NULL,
    route_code ${word(16)} NULL, route_payload varchar(120) NULL, return_url varchar(500) NULL, state ${word(20)} NOT NULL, outcome ${word(40)} NULL,
    attention_reason varchar(255) NULL, actor ${word(120)} NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY payment_no_unique (no), KEY payment_member_index (member_id, id), KEY payment_state_index (state, updated_at),
    KEY payment_batch_index (batch_id)
  ) ${table}`,
  `CREATE TABLE top_up (
    id ${id} NOT NULL, member_id ${id} NOT NULL, kind ${word(12)} NOT NULL, payment_id ${id} NULL, amount_minor bigint NOT NULL, currency ${word(3)} NOT NULL,
    state ${word(20)} NOT NULL, processor_account_id ${id} NOT NULL, payment_ref ${word(120)} NULL, card_transaction_id ${id} NOT NULL,
    auto_amount_minor bigint NULL, need_minor bigint NULL, balance_minor bigint NULL, branch ${word(24)} NULL, failure_code ${word(64)} NULL,
    failure_message varchar(255) NULL, brand ${word(32)} NULL, last4 ${word(4)} NULL, exp_month int NULL, exp_year int NULL, receipt_url varchar(500) NULL,
    attention_reason varchar(255) NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY top_up_payment_unique (payment_id), KEY top_up_member_index (member_id, id), KEY top_up_state_index (state, updated_at)
  ) ${table}`,
  `CREATE TABLE top_up_need (
    id ${id} NOT NULL, member_id ${id} NOT NULL, kind ${word(12)} NOT NULL, source_id ${id} NOT NULL, amount_minor bigint NOT NULL, state ${word(12)} NOT NULL,
    outcome ${word(40)} NULL, top_up_id ${id} NULL, created_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY top_up_need_source_unique (source_id, kind), KEY top_up_need_member_index (member_id, state)
  ) ${table}`,
];

const registers = [
  `CREATE TABLE notice (
    id ${id} NOT NULL, member_id ${id} NOT NULL, kind ${word(40)} NOT NULL, dedupe_key ${word(120)} NOT NULL, facts text NOT NULL, subject varchar(200) NULL,
    in_app tinyint(1) NOT NULL, by_email tinyint(1) NOT NULL, state ${word(12)} NOT NULL, attempts int NOT NULL DEFAULT 0, created_at datetime(6) NOT NULL,
    due_at datetime(6) NULL, sent_at datetime(6) NULL, read_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY notice_dedupe_unique (dedupe_key), KEY notice_member_index (member_id, id), KEY notice_due_index (state, due_at)
  ) ${table}`,
  `CREATE TABLE iou (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, external_ref varchar(120) NULL, organisation_id ${id} NOT NULL, member_no int unsigned NOT NULL,
    amount_minor bigint NOT NULL, currency ${word(3)} NOT NULL, description varchar(100) NULL, session_ref varchar(120) NULL, state ${word(16)} NOT NULL,
    payment_id ${id} NULL, due_at datetime(6) NULL, reminded_at datetime(6) NULL, created_at datetime(6) NOT NULL, closed_at datetime(6) NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY iou_no_unique (no), UNIQUE KEY iou_external_ref_unique (organisation_id, external_ref),
    KEY iou_member_index (member_no, state), KEY iou_organisation_index (organisation_id, state)
  ) ${table}`,
  `CREATE TABLE callback_endpoint (
    id ${id} NOT NULL, route_code ${word(16)} NOT NULL, url varchar(500) NOT NULL, secret_refs varchar(1000) NOT NULL, created_at datetime(6) NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY callback_endpoint_code_unique (route_code)
  ) ${table}`,
  `CREATE TABLE callback_delivery (
    id ${id} NOT NULL, route_code ${word(16)} NOT NULL, payment_id ${id} NOT NULL, status ${word(12)} NOT NULL, payload text NOT NULL, state ${word(12)} NOT NULL,
    attempts int NOT NULL DEFAULT 0, last_error varchar(255) NULL, created_at datetime(6) NOT NULL, due_at datetime(6) NULL, settled_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY callback_delivery_payment_unique (payment_id), KEY callback_delivery_due_index (state, due_at)
  ) ${table}`,
];

const statements = [...people, ...money, ...registers];
