import { invariant } from '../invariant.ts';
import {
  claimKey,
  type BookClaim,
  type Comparison,
  type Difference,
  type DifferenceKind,
  type Grace,
  type LinePart,
  type Match,
  type ObjectStatus,
} from './reconciliation.ts';

/** Compares parts of lines with claims of the book: every part has exactly one claim, and every claim its part. */
export function compareBooks(parts: readonly LinePart[], claims: readonly BookClaim[], grace: Grace): Comparison {
  const theirs = Map.groupBy(parts, ({ key }) => key);
  const named = claims.flatMap((claim) => {
    const key = claimKey(claim);
    return key === null ? [] : [{ key, claim }];
  });
  const ours = Map.groupBy(named, ({ key }) => key);
  const differences: Difference[] = [];
  const matches: Match[] = [];
  for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
    const side = { key, parts: theirs.get(key) ?? [], claims: (ours.get(key) ?? []).map(({ claim }) => claim) };
    const found = compareKey(side, grace);
    differences.push(...found.differences);
    if (found.match !== null) matches.push(found.match);
  }
  return { differences, matches, partCount: parts.length };
}

interface Side {
  readonly key: string;
  readonly parts: readonly LinePart[];
  readonly claims: readonly BookClaim[];
}

interface Found {
  readonly differences: readonly Difference[];
  readonly match: Match | null;
}

function compareKey({ key, parts, claims }: Side, grace: Grace): Found {
  const [part] = parts;
  // Of several the one that fits is it; the others are too many.
  const claim = claims.find((one) => one.amountMinor === part?.amountMinor) ?? claims[0];
  const extra = [
    ...parts.slice(1).map((one) => duplicateThere(key, one)),
    ...claims.filter((one) => one !== claim).map((one) => duplicateHere(key, one, part)),
  ];
  if (part === undefined || claim === undefined) {
    const alone = part === undefined ? missingThere(key, claim, grace) : missingHere(key, part, grace);
    return { differences: [alone, ...extra], match: null };
  }
  const differs = unlike(key, part, claim);
  const match = { lineRef: part.lineRef, transactionId: claim.transactionId, isFee: key.startsWith('fee:') };
  return { differences: [...(differs === null ? [] : [differs]), ...extra], match };
}

function unlike(key: string, part: LinePart, claim: BookClaim): Difference | null {
  const both = {
    subject: key,
    currency: part.currency,
    theirsMinor: part.amountMinor,
    oursMinor: claim.amountMinor,
    theirsRef: part.lineRef,
    transactionId: claim.transactionId,
  };
  if (part.currency !== claim.currency)
    return { ...both, kind: 'currency', detail: `${part.currency} there, ${claim.currency} in the book` };
  if (part.amountMinor === claim.amountMinor) return null;
  const kind = key.startsWith('fee:') ? 'fee' : 'amount';
  return { ...both, kind, detail: `${part.amountMinor} there, ${claim.amountMinor} in the book, minor units` };
}

function missingHere(key: string, part: LinePart, grace: Grace): Difference {
  const isFee = key.startsWith('fee:');
  const late = isFee ? 'fee' : 'missing_here';
  return {
    kind: isYoung(part.createdAt, grace) ? 'timing' : late,
    subject: key,
    currency: part.currency,
    theirsMinor: part.amountMinor,
    oursMinor: null,
    theirsRef: part.lineRef,
    transactionId: null,
    detail: isFee ? 'a fee that is not in the book' : 'not in the book',
  };
}

function missingThere(key: string, claim: BookClaim | undefined, grace: Grace): Difference {
  invariant(claim !== undefined, `Nothing has the name ${key}`);
  return {
    kind: isYoung(claim.recordedAt, grace) ? 'timing' : 'missing_there',
    subject: key,
    currency: claim.currency,
    theirsMinor: null,
    oursMinor: claim.amountMinor,
    theirsRef: claim.providerRef,
    transactionId: claim.transactionId,
    detail: `booked as ${claim.kind}, and not known there`,
  };
}

function duplicateThere(key: string, part: LinePart): Difference {
  return {
    kind: 'duplicate',
    subject: `${key}#${part.lineRef}`,
    currency: part.currency,
    theirsMinor: part.amountMinor,
    oursMinor: null,
    theirsRef: part.lineRef,
    transactionId: null,
    detail: 'moved more than once there',
  };
}

function duplicateHere(key: string, claim: BookClaim, part: LinePart | undefined): Difference {
  return {
    kind: 'duplicate',
    subject: `${key}#${claim.transactionId}`,
    currency: claim.currency,
    theirsMinor: null,
    oursMinor: claim.amountMinor,
    theirsRef: part?.lineRef ?? claim.providerRef,
    transactionId: claim.transactionId,
    detail: `booked more than once, here as ${claim.kind}`,
  };
}

/**
 * Objects on which both sides do not agree. Where one does, its money is the same story: `differences` without the
 * missing lines of such objects, and with the status instead.
 */
export function withStatuses(
  differences: readonly Difference[],
  objects: readonly ObjectStatus[],
  grace: Grace,
): readonly Difference[] {
  const unlikeOnes = objects.filter(({ theirs, ours }) => ours !== null && theirs !== ours);
  const told = new Set(unlikeOnes.map(({ objectRef }) => objectRef));
  const rest = differences.filter(({ kind, subject }) => !isMissing(kind) || !told.has(objectOf(subject)));
  return [...rest, ...unlikeOnes.map((object) => statusDifference(object, grace))];
}

function statusDifference(object: ObjectStatus, grace: Grace): Difference {
  return {
    kind: isYoung(object.createdAt, grace) ? 'timing' : 'status',
    subject: `status:${object.objectRef}`,
    currency: '',
    theirsMinor: null,
    oursMinor: null,
    theirsRef: object.objectRef,
    transactionId: null,
    detail: `${object.kind} is ${object.theirs} there and ${object.ours ?? 'unknown'} here`,
  };
}

function isMissing(kind: DifferenceKind): boolean {
  return kind === 'missing_here' || kind === 'missing_there' || kind === 'timing';
}

function objectOf(subject: string): string {
  return subject.slice(subject.indexOf(':') + 1);
}

function isYoung(at: string, { youngFrom }: Grace): boolean {
  return at > youngFrom;
}
