/** Placeholders for `IN`; an empty list asks for the empty text, which names nothing (see `orNothing`). */
export function places(values: readonly string[]): string {
  return values.length === 0 ? '?' : values.map(() => '?').join(', ');
}

/** The values for `places`. */
export function orNothing(values: readonly string[]): readonly string[] {
  return values.length === 0 ? [''] : values;
}
