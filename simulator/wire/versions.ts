import { ApiError } from './errors.ts';

/** Versions are compared by date; the name after it only adorns. Rules: terminal.md 4.12, 5.1-7. */
export const ENDIVE = '2026-09-30';
export const READER_API_ERRORS = '2026-05-27';
export const newestVersion = '2026-10-28.endive';

/** Whether `version` is `since` or later. */
export function isSince(version: string, since: string): boolean {
  return version.slice(0, 10) >= since;
}

export function checkVersion(version: string): string {
  if (/^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) return version;
  throw new ApiError(400, { type: 'invalid_request_error', message: `Invalid Stripe API version: ${version}` }, false);
}

/** The answer as this version knows it: later keys left out, wherever in the answer the object stands. */
export function inVersion(answer: object, version: string): object {
  if (isSince(version, ENDIVE)) return answer;
  const later = isSince(version, READER_API_ERRORS) ? ['payment_record'] : ['payment_record', 'api_error'];
  return withoutLaterKeys(answer, later) as object;
}

function withoutLaterKeys(value: unknown, later: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutLaterKeys(item, later));
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'metadata') kept[key] = inner;
    else if (!later.includes(key)) kept[key] = withoutLaterKeys(inner, later);
  }
  return kept;
}
