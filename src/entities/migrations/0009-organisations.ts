import { Migration } from '@mikro-orm/migrations';

/**
 * What organisations are told by e-mail, who may act for them in person, and what they pay out of their balance
 * (cobalt.md 2.10, decisions D19, D32).
 */
export class OrganisationsMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const statements = [
  'ALTER TABLE organisation ADD COLUMN previous_email varchar(254) NULL AFTER email',
  `CREATE TABLE organisation_letter (
    id ${id} NOT NULL, organisation_id ${id} NOT NULL, kind ${word(40)} NOT NULL, dedupe_key ${word(120)} NOT NULL, recipient varchar(254) NOT NULL,
    facts text NOT NULL, attachment_name varchar(120) NULL, attachment mediumblob NULL, subject varchar(200) NULL, state ${word(12)} NOT NULL,
    attempts int NOT NULL DEFAULT 0, created_at datetime(6) NOT NULL, due_at datetime(6) NULL, sent_at datetime(6) NULL,
    PRIMARY KEY (id), UNIQUE KEY organisation_letter_dedupe_unique (dedupe_key), KEY organisation_letter_due_index (state, due_at),
    KEY organisation_letter_organisation_index (organisation_id, id)
  ) ${table}`,
  `CREATE TABLE organisation_user (
    organisation_id ${id} NOT NULL, subject ${word(100)} NOT NULL, role ${word(12)} NOT NULL, actor ${word(120)} NOT NULL,
    asserted_actor ${word(120)} NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (organisation_id, subject)
  ) ${table}`,
  `CREATE TABLE organisation_payment (
    id ${id} NOT NULL, organisation_id ${id} NOT NULL, kind ${word(24)} NOT NULL, reason ${word(16)} NOT NULL, payee_kind ${word(16)} NOT NULL,
    payee_id ${id} NOT NULL, amount_minor bigint NOT NULL, currency ${word(3)} NOT NULL, description varchar(80) NOT NULL, session_ref varchar(120) NULL,
    event_ref varchar(120) NULL, reverses_id ${id} NULL, reversal_claim ${id} NULL, is_forced tinyint(1) NOT NULL, state ${word(12)} NOT NULL,
    outcome ${word(40)} NULL, actor ${word(120)} NOT NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY organisation_payment_reversal_unique (reversal_claim),
    KEY organisation_payment_organisation_index (organisation_id, id)
  ) ${table}`,
];
