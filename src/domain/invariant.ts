/** Our own bug, never the caller's: it stops the work, answers 500 and parks a workflow until the fix is deployed. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Throws `InvariantViolation` with `message` unless `holds`. */
export function invariant(holds: boolean, message: string): asserts holds {
  if (!holds) throw new InvariantViolation(message);
}

/** Closes a `switch` over our own data: the compiler proves that it cannot be reached. */
export function assertNever(value: never): never {
  throw new InvariantViolation(`Unexpected value: ${JSON.stringify(value)}`);
}
