import { ApiError } from './errors.ts';

/** A decoded form value: text, a list or named values. Nothing is typed before a parameter says what it should be. */
export type Raw = string | Raw[] | { [key: string]: Raw };
export type RawParams = Record<string, Raw>;

const DEEPEST = 12;

/** Decodes `a[b][c]=`, `a[0]=` and `a[]=` (terminal.md 5.1-1). Keys never reach a prototype. */
export function decodeForm(text: string): RawParams {
  const root = bag();
  if (text === '') return root;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const cut = pair.indexOf('=');
    const key = unescape(cut < 0 ? pair : pair.slice(0, cut));
    const value = cut < 0 ? '' : unescape(pair.slice(cut + 1));
    assign(root, pathOf(key), value);
  }
  for (const key in root) root[key] = listed(root[key] ?? '');
  return root;
}

function bag(): RawParams {
  return Object.create(null) as RawParams;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text);
  } catch {
    throw malformed('Invalid percent-encoding in the request.');
  }
}

function malformed(message: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message }, false);
}

/** 'a[b][]' is ['a', 'b', '']. */
function pathOf(key: string): string[] {
  const open = key.indexOf('[');
  if (open <= 0) return [key];
  if (!key.endsWith(']')) throw malformed(`Invalid parameter name: ${key}`);
  const path = [key.slice(0, open), ...key.slice(open + 1, -1).split('][')];
  if (path.length > DEEPEST) throw malformed(`Parameter is nested too deeply: ${key}`);
  return path;
}

function assign(root: RawParams, path: string[], value: string): void {
  let at = root;
  for (const [depth, name] of path.entries()) {
    const key = name === '' ? String(Object.keys(at).length) : name;
    if (depth === path.length - 1) {
      at[key] = value;
      return;
    }
    const inner = at[key];
    at = typeof inner === 'object' && !Array.isArray(inner) ? inner : (at[key] = bag());
  }
}

/** Turns groups whose keys are 0, 1, 2 … into lists. */
function listed(value: Raw): Raw {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  for (const key of keys) value[key] = listed(value[key] ?? '');
  if (keys.length === 0 || !keys.every((key) => /^\d+$/.test(key))) return value;
  return keys.sort((a, b) => Number(a) - Number(b)).map((key) => value[key] ?? '');
}
