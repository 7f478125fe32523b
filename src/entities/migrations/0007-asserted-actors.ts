import { Migration } from '@mikro-orm/migrations';

/** For whom a host's key acts, by the host's own word: beside the key in payments and in the audit (decisions D32). */
export class AssertedActorsMigration extends Migration {
  override up(): void {
    for (const table of ['payment', 'audit_event']) this.addSql(`ALTER TABLE ${table} ADD COLUMN ${column}`);
  }
}

const column = 'asserted_actor varchar(120) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER actor';
