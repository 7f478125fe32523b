import type { SqlEntityManager } from '@mikro-orm/sql';
import { HostObject } from './host-object.entity.ts';

/** What a host says of a thing of its own. */
export interface HostObjectWords {
  readonly kind: string;
  readonly externalRef: string;
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly heldOn: string | null;
  readonly parent: string | null;
}

/** Writes what a host calls a thing of its own, for the first time or again. */
export async function nameHostObject(em: SqlEntityManager, words: HostObjectWords, at: Date): Promise<void> {
  await em.upsert(HostObject, { ...words, updatedAt: at });
}

/** What a host called it; null when it never did. */
export async function findHostObject(
  em: SqlEntityManager,
  kind: string,
  externalRef: string,
): Promise<HostObject | null> {
  return em.findOne(HostObject, { kind, externalRef });
}
