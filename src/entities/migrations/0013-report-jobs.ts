import { Migration } from '@mikro-orm/migrations';

/**
 * Reports that are made in the background, with their files in pieces until they expire (decisions D35, D37); and the way
 * to the card payments of a range of days.
 */
export class ReportJobsMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const statements = [
  `ALTER TABLE card_transaction ADD KEY card_transaction_captured_index (captured_at, id)`,
  `CREATE TABLE report_job (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, organisation_id ${id} NULL, report ${word(64)} NOT NULL, format ${word(8)} NOT NULL,
    params text NOT NULL, as_of ${word(30)} NOT NULL, requester varchar(255) NOT NULL, actor ${word(120)} NOT NULL, asserted_actor ${word(120)} NULL,
    state ${word(12)} NOT NULL, progress int NOT NULL DEFAULT 0, attempts int NOT NULL DEFAULT 0, reason varchar(255) NULL, file_name varchar(120) NULL,
    content_type ${word(120)} NULL, size_bytes bigint NULL, digest ${word(64)} NULL, link_key ${word(64)} NOT NULL, created_at datetime(6) NOT NULL,
    updated_at datetime(6) NOT NULL, finished_at datetime(6) NULL, expires_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY report_job_no_unique (no), KEY report_job_state_index (state, updated_at), KEY report_job_organisation_index (organisation_id, id),
    KEY report_job_expiry_index (state, expires_at)
  ) ${table}`,
  `CREATE TABLE report_piece (
    job_id ${id} NOT NULL, attempt int unsigned NOT NULL, piece_no int unsigned NOT NULL, content mediumblob NOT NULL,
    PRIMARY KEY (job_id, attempt, piece_no)
  ) ${table}`,
];
