const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time as people write it: `20ms`, `3s`, `15m`, `1.5h`, `2d`. */
export type Duration = `${number}${keyof typeof unitMs}`;

/** @throws RangeError for anything that is not a number and a unit */
export function durationMs(duration: Duration): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
  if (digits === undefined || unit === undefined)
    throw new RangeError(`'${duration}' is not a duration such as 20ms or 2d`);
  return Number(digits) * unitMs[unit as keyof typeof unitMs];
}
