import { DomainError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { levelOf, type Principal } from '../../domain/principal.ts';

/**
 * `principal` with whom it says to act for, in `Tillflow-Actor` (decisions D32). Only the platform's own keys are believed:
 * an organisation's acts for itself, and a token says already whose it is.
 */
export function asserting(principal: Principal, header: string): Principal {
  if (header === '') return principal;
  if (levelOf(principal) !== 'platform' || !isId('apiKey', principal.keyId)) {
    throw new DomainError('forbidden', 'Only a key of the platform may say for whom it acts.');
  }
  if (!/^[\x21-\x7e]{1,120}$/.test(header)) {
    throw new DomainError('invalid_request', 'Tillflow-Actor is up to 120 printable ASCII characters without blanks.');
  }
  return { ...principal, asserted: header };
}
