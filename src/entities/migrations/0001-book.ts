import { Migration } from '@mikro-orm/migrations';

/**
 * The book (design.md 4, decisions D42, D43): accounts, transactions, entries, holds and the chain of seals. What was
 * posted is never changed: triggers refuse it, whoever asks.
 */
export class Migration0001Book extends Migration {
  override name = '0001-book';

  override up(): void {
    for (const statement of [...tables, ...triggers]) this.addSql(statement);
  }
}

/** Identifiers are compared byte by byte: two op_keys that differ in case are two events. */
const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';
const options = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci';

const tables = [
  `CREATE TABLE ledger_account (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    code VARCHAR(160) ${ascii} NOT NULL,
    kind VARCHAR(32) ${ascii} NOT NULL,
    currency VARCHAR(3) ${ascii} NOT NULL,
    normal_side VARCHAR(6) ${ascii} NOT NULL,
    floor_minor BIGINT NULL,
    balance_minor BIGINT NOT NULL DEFAULT 0,
    held_minor BIGINT NOT NULL DEFAULT 0,
    entry_count BIGINT NOT NULL DEFAULT 0,
    last_recorded_at DATETIME(6) NULL,
    opened_at DATETIME(6) NOT NULL,
    closed_at DATETIME(6) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ledger_account_code_unique (code)
  ) ${options}`,
  `CREATE TABLE ledger_transaction (
    id VARCHAR(30) ${ascii} NOT NULL,
    op_key VARCHAR(80) ${ascii} NOT NULL,
    content_hash VARCHAR(64) ${ascii} NOT NULL,
    kind VARCHAR(40) ${ascii} NOT NULL,
    reference VARCHAR(14) ${ascii} NOT NULL,
    occurred_at DATETIME(6) NOT NULL,
    recorded_at DATETIME(6) NOT NULL,
    description VARCHAR(500) NOT NULL,
    overdraft_minor BIGINT NULL,
    organisation_id VARCHAR(30) ${ascii} NULL,
    member_id VARCHAR(30) ${ascii} NULL,
    sale_id VARCHAR(30) ${ascii} NULL,
    refund_id VARCHAR(30) ${ascii} NULL,
    payout_id VARCHAR(30) ${ascii} NULL,
    processor_account_id VARCHAR(30) ${ascii} NULL,
    provider_ref VARCHAR(120) ${ascii} NULL,
    reverses VARCHAR(80) ${ascii} NULL,
    actor VARCHAR(120) ${ascii} NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ledger_transaction_op_key_unique (op_key),
    UNIQUE KEY ledger_transaction_reference_unique (reference),
    KEY ledger_transaction_recorded_at_id_index (recorded_at, id),
    KEY ledger_transaction_sale_id_index (sale_id),
    KEY ledger_transaction_provider_ref_index (provider_ref)
  ) ${options}`,
  `CREATE TABLE ledger_entry (
    account_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    transaction_id VARCHAR(30) ${ascii} NOT NULL,
    position SMALLINT NOT NULL,
    side VARCHAR(6) ${ascii} NOT NULL,
    type VARCHAR(40) NOT NULL,
    counterparty VARCHAR(160) ${ascii} NULL,
    amount_minor BIGINT NOT NULL,
    balance_after_minor BIGINT NOT NULL,
    recorded_at DATETIME(6) NOT NULL,
    PRIMARY KEY (account_id, seq),
    UNIQUE KEY ledger_entry_transaction_id_position_unique (transaction_id, position),
    KEY ledger_entry_account_id_recorded_at_seq_index (account_id, recorded_at, seq)
  ) ${options}`,
  `CREATE TABLE ledger_hold (
    id VARCHAR(30) ${ascii} NOT NULL,
    op_key VARCHAR(80) ${ascii} NOT NULL,
    content_hash VARCHAR(64) ${ascii} NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    amount_minor BIGINT NOT NULL,
    committed_minor BIGINT NOT NULL DEFAULT 0,
    state VARCHAR(10) ${ascii} NOT NULL,
    description VARCHAR(500) NOT NULL,
    placed_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NULL,
    ended_at DATETIME(6) NULL,
    ended_by VARCHAR(80) ${ascii} NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ledger_hold_op_key_unique (op_key),
    KEY ledger_hold_account_id_state_index (account_id, state),
    KEY ledger_hold_state_expires_at_index (state, expires_at)
  ) ${options}`,
  `CREATE TABLE ledger_seal (
    seq BIGINT UNSIGNED NOT NULL,
    transaction_id VARCHAR(30) ${ascii} NOT NULL,
    hash VARCHAR(64) ${ascii} NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE KEY ledger_seal_transaction_id_unique (transaction_id)
  ) ${options}`,
];

const triggers = ['ledger_transaction', 'ledger_entry', 'ledger_seal'].flatMap((table) =>
  ['UPDATE', 'DELETE'].map(
    (event) =>
      `CREATE TRIGGER ${table}_refuses_${event.toLowerCase()} BEFORE ${event} ON ${table} FOR EACH ROW
       SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${table} is append only'`,
  ),
);
