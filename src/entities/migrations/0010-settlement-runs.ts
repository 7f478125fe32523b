import { Migration } from '@mikro-orm/migrations';

/** What a run needs beside its plan: its workflow, who was left out and why, and the decisions of people about it. */
export class SettlementRunsMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const statements = [
  `ALTER TABLE settlement_run
    ADD COLUMN workflow_id ${word(255)} NOT NULL AFTER id, ADD COLUMN left_out_json mediumtext NULL AFTER attention_reason,
    ADD COLUMN expires_at datetime(6) NULL AFTER left_out_json`,
  `CREATE TABLE settlement_decision (
    id ${id} NOT NULL, run_id ${id} NOT NULL, kind ${word(16)} NOT NULL, created_at datetime(6) NOT NULL,
    PRIMARY KEY (id), KEY settlement_decision_run_index (run_id, kind)
  ) ${table}`,
];
