import { DomainError, type DomainErrorCode } from '../domain/errors.ts';

/** A refusal that names the field at fault. */
export function refusedField(code: DomainErrorCode, field: string, message: string): DomainError {
  return new DomainError(code, `The field ${field} ${message}.`, { errors: [{ field, code, message }] });
}
