import { DomainError } from '../domain/errors.ts';

/** Who acts, as a host asserts it of its own users in `Tillflow-Actor` (decisions D32); null when it says nothing. */
export function actorOf(header: (name: string) => string): string | null {
  const text = header('Tillflow-Actor');
  if (text === '') return null;
  if (!/^[\x21-\x7e]{1,120}$/.test(text)) {
    throw new DomainError('invalid_request', 'Tillflow-Actor is up to 120 printable ASCII characters without blanks.');
  }
  return text;
}
