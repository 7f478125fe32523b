import { Migration } from '@mikro-orm/migrations';

/**
 * Payments that only ask for funds, and what their host books within them (decisions D14); the names that a host gives to
 * its sessions and events, so that reports show them (D15).
 */
export class FundingMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const statements = [
  `ALTER TABLE payment MODIFY payee_id ${id} NULL, ADD COLUMN booked_minor bigint NULL`,
  `CREATE TABLE booking (
    id ${id} NOT NULL, payment_id ${id} NOT NULL, total_minor bigint NOT NULL, state ${word(12)} NOT NULL, outcome ${word(40)} NULL,
    created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL, version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), KEY booking_payment_index (payment_id)
  ) ${table}`,
  `CREATE TABLE booking_line (
    booking_id ${id} NOT NULL, line_no int unsigned NOT NULL, payee_kind ${word(16)} NOT NULL, payee_id ${id} NOT NULL, amount_minor bigint NOT NULL,
    description varchar(255) NULL, type varchar(20) NOT NULL, session_ref varchar(120) NULL, event_ref varchar(120) NULL, payment_type varchar(60) NULL,
    PRIMARY KEY (booking_id, line_no)
  ) ${table}`,
  `CREATE TABLE host_object (
    kind ${word(24)} NOT NULL, external_ref varchar(120) NOT NULL, name varchar(200) NOT NULL, held_on date NULL, parent varchar(200) NULL,
    updated_at datetime(6) NOT NULL,
    PRIMARY KEY (kind, external_ref)
  ) ${table}`,
];
