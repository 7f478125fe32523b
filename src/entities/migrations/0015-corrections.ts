import { Migration } from '@mikro-orm/migrations';

/**
 * What administrators book by hand: adjustments, write-offs, opening balances, settlements paid outside (decisions 1); and
 * the audit can be searched by who did what, and when.
 */
export class CorrectionsMigration extends Migration {
  override up(): void {
    this.addSql(correction);
    this.addSql(audit);
  }
}

const id = 'varchar(30) CHARACTER SET ascii COLLATE ascii_bin';
const word = (length: number) => `varchar(${length}) CHARACTER SET ascii COLLATE ascii_bin`;

const audit = `ALTER TABLE audit_event ADD KEY audit_event_actor_index (actor, no), ADD KEY audit_event_asserted_index (asserted_actor, no), ADD KEY audit_event_action_index (action, no),
    ADD KEY audit_event_time_index (occurred_at)`;

const correction = `CREATE TABLE correction (
    id ${id} NOT NULL, no int unsigned NOT NULL AUTO_INCREMENT, kind ${word(20)} NOT NULL, holder_kind ${word(12)} NOT NULL, holder_id ${id} NOT NULL,
    organisation_id ${id} NULL, currency ${word(3)} NOT NULL, amount_minor bigint NOT NULL, loss ${word(12)} NULL, open_for ${word(40)} NULL, fee_bp int NULL, payout_minor bigint NULL,
    fee_minor bigint NULL, tax_minor bigint NULL, payout_id ${id} NULL, description varchar(255) NOT NULL, reason varchar(500) NOT NULL,
    approve_by datetime(6) NULL, state ${word(20)} NOT NULL, outcome ${word(64)} NULL, decided_by ${word(120)} NULL, decision_reason varchar(500) NULL,
    actor ${word(120)} NOT NULL, asserted_actor ${word(120)} NULL, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL,
    version int NOT NULL DEFAULT 1,
    PRIMARY KEY (id), UNIQUE KEY correction_no_unique (no), UNIQUE KEY correction_open_for_unique (open_for), KEY correction_kind_index (kind, id), KEY correction_holder_index (holder_id, id),
    KEY correction_state_index (state, created_at)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`;
