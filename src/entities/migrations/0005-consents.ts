import { Migration } from '@mikro-orm/migrations';

/** Which organisations a member lets charge their balance (decisions D32). */
export class ConsentsMigration extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}

const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';

const statements = [
  `CREATE TABLE member_consent (
    member_id ${id} NOT NULL, organisation_id ${id} NOT NULL, actor varchar(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    granted_at datetime(6) NOT NULL, revoked_at datetime(6) NULL,
    PRIMARY KEY (member_id, organisation_id), KEY member_consent_organisation_index (organisation_id)
  ) ${table}`,
];
