import { ApiError, invalidParameter, missingParameter } from './errors.ts';
import type { Raw, RawParams } from './form.ts';

/** One parameter: how its text is read. The name is the one the client wrote, for the error. */
export interface Field<T> {
  read(raw: Raw, name: string): T;
  readonly needed?: boolean;
}
export interface NeededField<T> extends Field<T> {
  readonly needed: true;
}
export type Shape = Record<string, Field<unknown>>;
type NeededKeys<S extends Shape> = { [K in keyof S]: S[K] extends NeededField<unknown> ? K : never }[keyof S];
type ValueOf<F> = F extends Field<infer T> ? T : never;
/** What was sent: a parameter that was not is absent. */
export type Parsed<S extends Shape> = { [K in NeededKeys<S>]: ValueOf<S[K]> } & {
  [K in Exclude<keyof S, NeededKeys<S>>]?: ValueOf<S[K]>;
};

/** Checks every parameter against the shape: unknown, missing and ill-typed ones are named in a 400 (terminal.md 5.1-3). */
export function parseParams<S extends Shape>(shape: S, raw: RawParams, within = ''): Parsed<S> {
  const parsed: Record<string, unknown> = {};
  const nameOf = (name: string): string => (within === '' ? name : `${within}[${name}]`);
  for (const name in raw) {
    const full = nameOf(name);
    parsed[name] = fieldOf(shape, name, full).read(raw[name] ?? '', full);
  }
  for (const name in shape) {
    if (shape[name]?.needed === true && parsed[name] === undefined) {
      throw missingParameter(nameOf(name));
    }
  }
  return parsed as Parsed<S>;
}

function fieldOf(shape: Shape, name: string, full: string): Field<unknown> {
  const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
  if (field === undefined) throw invalidParameter(full, `Received unknown parameter: ${full}`, 'parameter_unknown');
  return field;
}

export const text: Field<string> = {
  read(raw, name) {
    if (typeof raw !== 'string') throw invalidParameter(name, `Invalid string: ${name} must be text.`);
    if (raw.length > 5000) throw invalidParameter(name, `Invalid string: ${name} is longer than 5000 characters.`);
    return raw;
  },
};

/** Text that may not be cleared: an id, a currency. */
export const filledText: Field<string> = {
  read(raw, name) {
    const value = text.read(raw, name);
    if (value.trim() === '') {
      const message = `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset.`;
      throw invalidParameter(name, message, 'parameter_invalid_empty');
    }
    return value;
  },
};

export const integer: Field<number> = {
  read(raw, name) {
    if (typeof raw === 'string' && /^-?\d{1,15}$/.test(raw)) return Number(raw);
    throw invalidParameter(name, `Invalid integer: ${describe(raw)}`, 'parameter_invalid_integer');
  },
};

export const boolean: Field<boolean> = {
  read(raw, name) {
    if (raw === 'true') return true;
    if (raw === 'false') return false;
    throw invalidParameter(name, `Invalid boolean: ${describe(raw)}`);
  },
};

export function oneOf<const T extends string>(...allowed: T[]): Field<T> {
  return {
    read(raw, name) {
      const found = allowed.find((value) => value === raw);
      if (found !== undefined) return found;
      throw invalidParameter(name, `Invalid ${name}: must be one of ${allowed.join(', ')}`);
    },
  };
}

export function list<T>(item: Field<T>): Field<T[]> {
  return {
    read(raw, name) {
      if (raw === '') return [];
      if (!Array.isArray(raw)) throw invalidParameter(name, `Invalid array: ${name}`);
      return raw.map((value, index) => item.read(value, `${name}[${index}]`));
    },
  };
}

export function group<S extends Shape>(shape: S): Field<Parsed<S>> {
  return {
    read(raw, name) {
      if (typeof raw === 'string' || Array.isArray(raw)) throw invalidParameter(name, `Invalid object: ${name}`);
      return parseParams(shape, raw, name);
    },
  };
}

export function needed<T>(field: Field<T>): NeededField<T> {
  return { read: (raw, name) => field.read(raw, name), needed: true };
}

/** Accepted, and not simulated: online methods, Connect and tax detail have no part in a sale at a reader. */
export const untouched: Field<Raw> = { read: (raw) => raw };

/** New values by key; '' deletes a key, and '' instead of the whole deletes all (terminal.md 5.1-1, 5.1-8). */
export const metadata: Field<Record<string, string> | ''> = {
  read(raw, name) {
    if (raw === '') return '';
    if (typeof raw === 'string') throw invalidParameter(name, `Invalid object: ${name}`);
    const values = Object.entries(raw);
    for (const [key, value] of values) checkMetadata(name, key, value);
    return Object.fromEntries(values) as Record<string, string>;
  },
};

function checkMetadata(name: string, key: string, value: Raw): void {
  const param = `${name}[${key}]`;
  if (typeof value !== 'string') throw invalidParameter(param, `Metadata values must be strings: ${key}.`);
  if (key.length > 40) {
    throw invalidParameter(param, `Metadata keys must not exceed 40 characters: ${key.length} given.`);
  }
  if (value.length > 500) {
    throw invalidParameter(param, `Metadata values must not exceed 500 characters: ${value.length} given.`);
  }
}

/** What the object carries after the change. More than 50 keys are refused. */
export function mergeMetadata(
  before: Record<string, string>,
  change: Record<string, string> | '' | undefined,
): Record<string, string> {
  if (change === undefined) return before;
  if (change === '') return {};
  const after = Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== ''));
  if (Object.keys(after).length > 50) {
    throw invalidParameter('metadata', 'You may only specify up to 50 metadata keys.');
  }
  return after;
}

function describe(raw: Raw): string {
  return typeof raw === 'string' ? raw : 'not a plain value';
}

/** Guards against a body that is no form at all. */
export function unreadable(message: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message }, false);
}
