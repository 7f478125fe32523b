import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { DomainError } from '../domain/errors.ts';

/** Does `work`; a value of `field` that is taken already becomes `conflict`, naming the field. */
export async function refusingDuplicates<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const problem = { field, code: 'taken', message: 'is taken already' };
    throw new DomainError('conflict', `The value of ${field} is taken already.`, { errors: [problem] });
  }
}

/** `changes` without the fields that were not given. */
export function definedOnly<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
