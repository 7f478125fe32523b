import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import { advice, type Decision } from '../../domain/reconciliation/reconciliation.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { recordAct } from '../../entities/audit.ts';
import { loadDifference, type ShownDifference } from '../../entities/reconciliation/differences.read.ts';
import { sqlTime, type SqlPool, type Statement } from '../../entities/sql-pool.ts';
import { rowsIn, runIn } from '../../entities/unit-sql.ts';

/** What a person says of a difference. */
export interface Resolution {
  readonly decision: Decision;
  readonly reason: string;
}

/**
 * Takes a person's word on an open difference, audited. `accept`: it stays as it is and is not shown as open until its
 * figures change. `corrected`: it was put right by a booking; the next look opens it again if it was not. `repost`: the
 * processor's events about it are read again, and it stays open until both sides agree. Throws `not_found`,
 * `difference_not_open`.
 */
export async function resolveDifference(
  em: SqlEntityManager,
  asked: { readonly id: string; readonly principal: Principal; readonly resolution: Resolution },
): Promise<ShownDifference> {
  const { id, principal, resolution } = asked;
  const found = await loadDifference(rowsIn(em), id);
  if (found.state !== 'open') {
    throw new DomainError('difference_not_open', `The difference is ${found.state}.`, { state: found.state });
  }
  const again = resolution.decision === 'repost' ? await readAgain(rowsIn(em), found) : [];
  if ((await runIn(em, decided(found, principal, resolution))) === 0) {
    throw new DomainError('conflict', 'The difference was changed meanwhile.');
  }
  for (const statement of again) await runIn(em, statement);
  recordAct(em, {
    ...signatureOf(principal),
    action: `difference.${resolution.decision}`,
    target: id,
    organisationId: null,
    before: { kind: found.kind, subject: found.subject, state: found.state },
    after: { decision: resolution.decision },
    reason: resolution.reason,
  });
  return loadDifference(rowsIn(em), id);
}

const stateAfter: Readonly<Record<Decision, 'accepted' | 'closed' | 'open'>> = {
  accept: 'accepted',
  corrected: 'closed',
  repost: 'open',
};

function decided(found: ShownDifference, principal: Principal, { decision, reason }: Resolution): Statement {
  const state = stateAfter[decision];
  const at = sqlTime(new Date().toISOString());
  const isClosed = state === 'closed';
  return {
    sql: `UPDATE reconciliation_difference SET state = ?, decision = ?, reason = ?, decided_by = ?, updated_at = ?,
        closed_at = ?, open_key = IF(?, NULL, open_key), version = version + 1 WHERE id = ? AND version = ?`,
    values: [
      ...[state, decision, reason, principal.asserted ?? principal.keyId, at],
      ...[isClosed ? at : null, isClosed, found.id, found.version],
    ],
  };
}

/**
 * Stored events about the object go through the dispatcher again, and the sweep reads the processor's events from before
 * the object was made: an event that was lost is found, one that was known does nothing twice.
 */
async function readAgain(pool: Pick<SqlPool, 'rows'>, found: ShownDifference): Promise<readonly Statement[]> {
  if (!found.place.startsWith('pac_')) {
    throw new DomainError('invalid_request', 'Only a processor has events that can be read again.');
  }
  const ref = found.subject.replace(/#.*$/, '').replace(/^[^:]*:/, '');
  const [line] = await pool.rows(
    `SELECT source_ref, created_at FROM reconciliation_line WHERE processor_account_id = ?
       AND line_ref = COALESCE(?, '') LIMIT 1`,
    [found.place, found.theirsRef],
  );
  const made = typeof line?.['created_at'] === 'string' ? line['created_at'] : sqlTime(found.createdAt);
  const objects = [ref, typeof line?.['source_ref'] === 'string' ? line['source_ref'] : ref];
  const now = sqlTime(new Date().toISOString());
  return [
    {
      sql: `UPDATE provider_event SET state = 'received', due_at = ?, settled_at = NULL, attempts = 0
        WHERE processor_account_id = ? AND object_id IN (?, ?)`,
      values: [now, found.place, ...objects],
    },
    {
      sql: `UPDATE processor_account SET events_read_until = LEAST(COALESCE(events_read_until, ?), ? - INTERVAL 1 HOUR)
        WHERE id = ?`,
      values: [now, made, found.place],
    },
  ];
}

/** A difference as the API shows it, with what to do. */
export function differenceView(found: ShownDifference) {
  const { id, no, place, subject, kind, state, currency, detail } = found;
  const { decision, reason, decidedBy, createdAt, updatedAt, closedAt } = found;
  return {
    ...{ id, no, place, subject, kind, state, currency, detail },
    ...{ decision, reason, decidedBy, createdAt, updatedAt, closedAt },
    isAlarm: kind !== 'timing' && state === 'open',
    theirs: found.theirsMinor,
    ours: found.oursMinor,
    theirsRef: found.theirsRef,
    ledgerTransaction: found.transactionId,
    advice: advice[kind],
  };
}
