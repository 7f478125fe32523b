import type { SqlEntityManager } from '@mikro-orm/sql';
import type { OrganisationId } from '../domain/ids.ts';
import { sqlTime, type Statement } from './sql-pool.ts';
import { AuditEvent } from './audit-event.entity.ts';

/** A privileged act: who did what to what. Values are plain data and never hold a secret. */
export interface Act {
  readonly actor: string;
  /** For whom the actor says to act; see `signatureOf`. */
  readonly assertedActor?: string | null;
  readonly action: string;
  readonly target: string;
  readonly organisationId: OrganisationId | null;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
}

/** Writes the act down in the transaction that does it, so that neither can be there without the other. */
export function recordAct(em: SqlEntityManager, act: Act): void {
  em.persist(
    em.create(AuditEvent, {
      occurredAt: new Date(),
      actor: act.actor,
      assertedActor: act.assertedActor ?? null,
      action: act.action,
      organisationId: act.organisationId,
      target: act.target,
      beforeValues: act.before === undefined ? null : JSON.stringify(act.before),
      afterValues: act.after === undefined ? null : JSON.stringify(act.after),
      reason: act.reason ?? null,
    }),
  );
}

/** The same as a statement, for a packet with what it is about. */
export function actStatement(act: Act): Statement {
  return {
    sql: `INSERT INTO audit_event (occurred_at, actor, asserted_actor, action, organisation_id, target, before_values, after_values, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    values: [
      sqlTime(new Date().toISOString()),
      act.actor,
      act.assertedActor ?? null,
      act.action,
      act.organisationId,
      act.target,
      act.before === undefined ? null : JSON.stringify(act.before),
      act.after === undefined ? null : JSON.stringify(act.after),
      act.reason ?? null,
    ],
  };
}
