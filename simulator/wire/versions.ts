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

/** What came with a version, as paths from the object that it came to. */
const additions: { since: string; to: Record<string, readonly string[]> }[] = [
  {
    since: ENDIVE,
    to: {
      account: [
        'settings.payments.statement_descriptor_prefix_kana',
        'settings.payments.statement_descriptor_prefix_kanji',
      ],
      charge: ['payment_record', 'source', 'payment_method_details.card.electronic_commerce_indicator'],
      dispute: ['evidence_details.submission_method', 'intended_submission_method'],
      payment_intent: ['payment_record', 'source'],
    },
  },
  { since: READER_API_ERRORS, to: { 'terminal.reader': ['action.api_error'] } },
];

/** The answer as this version knows it: later keys left out, wherever in the answer the object stands. */
export function inVersion(answer: object, version: string): object {
  const later = additions.filter(({ since }) => !isSince(version, since)).map(({ to }) => to);
  return later.length === 0 ? answer : (withoutLaterKeys(answer, later, []) as object);
}

type Later = readonly Record<string, readonly string[]>[];

/** `unknown` are the paths, from here on, that the version does not know. */
function withoutLaterKeys(value: unknown, later: Later, unknown: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutLaterKeys(item, later, unknown));
  const name: unknown = (value as { object?: unknown }).object;
  const here = typeof name === 'string' ? later.flatMap((to) => to[name] ?? []) : unknown;
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (here.includes(key)) continue;
    const within = here.filter((path) => path.startsWith(`${key}.`)).map((path) => path.slice(key.length + 1));
    kept[key] = key === 'metadata' ? inner : withoutLaterKeys(inner, later, within);
  }
  return kept;
}
