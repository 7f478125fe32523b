import { createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { reportLinkLifeMs } from '../../domain/reports/report-job.ts';

/** A way to a file without a key, for a short while. */
export interface ReportLink {
  readonly url: string;
  readonly expiresAt: string;
}

/** What a link is signed for. */
export interface LinkedFile {
  readonly id: string;
  /** The file's own secret, which never leaves us. */
  readonly linkKey: string;
}

/** A link to `file` that serves from now on for some minutes. */
export function reportLink(file: LinkedFile, now: Date): ReportLink {
  const expires = now.getTime() + reportLinkLifeMs;
  const query = new URLSearchParams({ expires: String(expires), signature: signatureOf(file, expires) });
  return { url: `/v1/reports/files/${file.id}?${query.toString()}`, expiresAt: new Date(expires).toISOString() };
}

/** Throws `not_found` for a link that is not ours, and `link_expired` for one that was. */
export function requireLink(
  file: LinkedFile,
  { expires, signature, now }: { readonly expires: number; readonly signature: string; readonly now: Date },
): void {
  const [given, ours] = [Buffer.from(signature), Buffer.from(signatureOf(file, expires))];
  if (given.length !== ours.length || !timingSafeEqual(given, ours)) throw noSuchFile();
  if (now.getTime() >= expires) throw new DomainError('link_expired', 'Ask for the report again; it has a new link.');
}

export function noSuchFile(): DomainError {
  return new DomainError('not_found', 'There is no such file.');
}

function signatureOf({ id, linkKey }: LinkedFile, expires: number): string {
  return createHmac('sha256', Buffer.from(linkKey, 'hex')).update(`${id}.${expires}`).digest('hex');
}
