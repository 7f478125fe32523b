import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { idPrefixes, ledgerHoldId, ledgerTransactionId } from '../domain/ids.ts';
import type { LedgerHoldId, LedgerTransactionId } from '../domain/ids.ts';

/** Where new names come from; a port, so that tests can make them collide. */
export interface Identity {
  readonly newTransactionId: () => LedgerTransactionId;
  readonly newHoldId: () => LedgerHoldId;
  /** 14 characters for people, like `7KQ2-X0AB-93TZ` (decisions D2). Need not be unique: the poster tries again. */
  readonly newReference: () => string;
}

const ulid = monotonicFactory();

/** Identifiers in order of creation, and random references. */
export const identity: Identity = {
  newTransactionId: () => ledgerTransactionId(`${idPrefixes.ledgerTransaction}_${ulid()}`),
  newHoldId: () => ledgerHoldId(`${idPrefixes.ledgerHold}_${ulid()}`),
  newReference,
};

/** Crockford's base 32: no I, L, O or U, so that a reference survives being read out. */
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function newReference(): string {
  const letters = Array.from(randomBytes(12), (byte) => symbols.charAt(byte % symbols.length));
  return [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)].map((group) => group.join('')).join('-');
}
