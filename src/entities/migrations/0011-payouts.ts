import { Migration } from '@mikro-orm/migrations';

/** What becomes of payouts: when files were accepted, what banks said, and the documents that organisations got. */
export class PayoutsMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const statements = [
  `ALTER TABLE payout ADD COLUMN transfer_ref ${word(120)} NULL AFTER attention_reason, ADD COLUMN paid_at datetime(6) NULL AFTER transfer_ref,
    ADD KEY payout_run_index (run_id)`,
  'ALTER TABLE payout_file ADD COLUMN accepted_at datetime(6) NULL AFTER created_at',
  `CREATE TABLE bank_result (
    id ${id} NOT NULL, digest ${word(64)} NOT NULL, format ${word(16)} NOT NULL, words int NOT NULL, actor ${word(120)} NOT NULL,
    created_at datetime(6) NOT NULL,
    PRIMARY KEY (id), UNIQUE KEY bank_result_digest_unique (digest)
  ) ${table}`,
  `CREATE TABLE bank_result_line (
    result_id ${id} NOT NULL, line_no int unsigned NOT NULL, payout_id ${id} NOT NULL, attempt_no int NOT NULL, result ${word(12)} NOT NULL,
    reason varchar(120) NULL, outcome ${word(12)} NOT NULL,
    PRIMARY KEY (result_id, line_no), KEY bank_result_line_payout_index (payout_id)
  ) ${table}`,
  `CREATE TABLE remittance_advice (
    payout_id ${id} NOT NULL, digest ${word(64)} NOT NULL, content mediumblob NOT NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (payout_id)
  ) ${table}`,
];
