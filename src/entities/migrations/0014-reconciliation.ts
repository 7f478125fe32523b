import { Migration } from '@mikro-orm/migrations';

/**
 * What the processors' and banks' books say, and where ours differ: runs and how far they came, the lines and objects
 * that were read, differences with what became of them, and banks' statements.
 */
export class ReconciliationMigration extends Migration {
  override up(): void {
    for (const statement of [...runs, ...theirBooks, ...statements]) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const runs = [
  `CREATE TABLE reconciliation_run (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, processor_account_id ${id} NOT NULL, cause ${word(12)} NOT NULL,
    state ${word(12)} NOT NULL, from_at datetime(6) NOT NULL, until_at datetime(6) NOT NULL, read_until datetime(6) NOT NULL,
    lines_read int NOT NULL DEFAULT 0, claims_seen int NOT NULL DEFAULT 0, fees_posted int NOT NULL DEFAULT 0,
    payouts_posted int NOT NULL DEFAULT 0, matched int NOT NULL DEFAULT 0, opened int NOT NULL DEFAULT 0, closed int NOT NULL DEFAULT 0,
    started_by ${word(120)} NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    PRIMARY KEY (id), UNIQUE KEY reconciliation_run_no_unique (no), KEY reconciliation_run_account_index (processor_account_id, no)
  ) ${table}`,
  `CREATE TABLE reconciliation_checkpoint (
    processor_account_id ${id} NOT NULL, read_until datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    PRIMARY KEY (processor_account_id)
  ) ${table}`,
  `CREATE TABLE reconciliation_difference (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, place ${word(160)} NOT NULL, subject ${word(200)} NOT NULL,
    kind ${word(16)} NOT NULL, state ${word(12)} NOT NULL, open_key ${word(64)} NULL, currency ${word(3)} NOT NULL,
    theirs_minor bigint NULL, ours_minor bigint NULL, theirs_ref ${word(160)} NULL, transaction_id ${id} NULL,
    detail varchar(255) NOT NULL, decision ${word(16)} NULL, reason varchar(500) NULL, decided_by ${word(120)} NULL,
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, closed_at datetime(6) NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY reconciliation_difference_no_unique (no),
    UNIQUE KEY reconciliation_difference_open_unique (open_key), KEY reconciliation_difference_state_index (state, kind, no),
    KEY reconciliation_difference_place_index (place, state)
  ) ${table}`,
];

const theirBooks = [
  `CREATE TABLE reconciliation_line (
    processor_account_id ${id} NOT NULL, line_ref ${word(120)} NOT NULL, source_ref ${word(120)} NULL, type ${word(64)} NOT NULL,
    currency ${word(3)} NOT NULL, amount_minor bigint NOT NULL, fee_minor bigint NOT NULL, match_key ${word(160)} NOT NULL,
    created_at datetime(6) NOT NULL, transaction_id ${id} NULL, is_settled tinyint(1) NOT NULL,
    PRIMARY KEY (processor_account_id, line_ref), KEY reconciliation_line_key_index (processor_account_id, match_key),
    KEY reconciliation_line_created_index (processor_account_id, created_at),
    KEY reconciliation_line_settled_index (processor_account_id, is_settled)
  ) ${table}`,
  `CREATE TABLE reconciliation_object (
    processor_account_id ${id} NOT NULL, object_ref ${word(120)} NOT NULL, kind ${word(12)} NOT NULL, status ${word(24)} NOT NULL,
    amount_minor bigint NOT NULL, currency ${word(3)} NOT NULL, created_at datetime(6) NOT NULL, seen_at datetime(6) NOT NULL,
    PRIMARY KEY (processor_account_id, object_ref), KEY reconciliation_object_created_index (processor_account_id, created_at)
  ) ${table}`,
];

const statements = [
  `CREATE TABLE bank_statement (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, bank_ref ${word(64)} NOT NULL, currency ${word(3)} NOT NULL,
    format ${word(12)} NOT NULL, digest ${word(64)} NOT NULL, opening_minor bigint NOT NULL, closing_minor bigint NOT NULL,
    from_day date NOT NULL, to_day date NOT NULL, line_count int NOT NULL, matched int NOT NULL DEFAULT 0, actor ${word(120)} NOT NULL,
    created_at datetime(6) NOT NULL,
    PRIMARY KEY (id), UNIQUE KEY bank_statement_no_unique (no), UNIQUE KEY bank_statement_digest_unique (digest)
  ) ${table}`,
  `CREATE TABLE bank_statement_line (
    statement_id ${id} NOT NULL, line_no int unsigned NOT NULL, booked_on date NOT NULL, amount_minor bigint NOT NULL,
    reference varchar(140) NOT NULL, description varchar(500) NOT NULL, payout_id ${id} NULL, transaction_id ${id} NULL,
    PRIMARY KEY (statement_id, line_no), UNIQUE KEY bank_statement_line_transaction_unique (transaction_id)
  ) ${table}`,
];
