import { Migration } from '@mikro-orm/migrations';

/**
 * Money that goes back: refunds that members and administrators ask for or that were made at the processor, disputes,
 * and what organisations give back to members. A top-up keeps the card that it was decided for, whatever becomes of the
 * member's own settings while the charge is under way.
 */
export class MoneyBackMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const statements = [
  `ALTER TABLE top_up ADD COLUMN customer_ref ${word(120)} NULL, ADD COLUMN payment_method_ref ${word(120)} NULL`,
  `CREATE TABLE refund (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, card_transaction_id ${id} NOT NULL, processor_account_id ${id} NOT NULL,
    member_id ${id} NULL, organisation_id ${id} NULL, top_up_id ${id} NULL, sale_id ${id} NULL, amount_minor bigint NOT NULL, fee_minor bigint NOT NULL,
    tax_minor bigint NOT NULL, currency ${word(3)} NOT NULL, requested_by ${word(16)} NOT NULL, actor ${word(120)} NOT NULL,
    description varchar(80) NOT NULL, state ${word(16)} NOT NULL, outcome ${word(64)} NULL, attention_reason varchar(255) NULL,
    provider_ref ${word(120)} NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY refund_no_unique (no), UNIQUE KEY refund_provider_unique (processor_account_id, provider_ref),
    KEY refund_card_index (card_transaction_id), KEY refund_member_index (member_id, id), KEY refund_state_index (state, updated_at)
  ) ${table}`,
  `CREATE TABLE dispute (
    id ${id} NOT NULL, card_transaction_id ${id} NOT NULL, processor_account_id ${id} NOT NULL, provider_ref ${word(120)} NOT NULL,
    amount_minor bigint NOT NULL, currency ${word(3)} NOT NULL, reason ${word(64)} NOT NULL, state ${word(16)} NOT NULL, evidence_due_at datetime(6) NULL,
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY dispute_provider_unique (processor_account_id, provider_ref), KEY dispute_card_index (card_transaction_id),
    KEY dispute_state_index (state, updated_at)
  ) ${table}`,
  `CREATE TABLE internal_refund (
    id ${id} NOT NULL, organisation_id ${id} NOT NULL, kind ${word(12)} NOT NULL, subject_ref varchar(120) NOT NULL, currency ${word(3)} NOT NULL,
    lines_json text NOT NULL, description varchar(80) NOT NULL, cancels_ious tinyint(1) NOT NULL, state ${word(12)} NOT NULL, outcome ${word(40)} NULL,
    actor ${word(120)} NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), KEY internal_refund_organisation_index (organisation_id, id)
  ) ${table}`,
];
