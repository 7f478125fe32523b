import type { Account } from '../store.ts';
import { filledText, list, parseParams, type Parsed, type Shape } from './fields.ts';
import type { RawParams } from './form.ts';

/** One call, its parameters checked. */
export interface ApiCall<S extends Shape = Shape> {
  account: Account;
  /** What stands at `:name` in the path. */
  path: Record<string, string>;
  params: Parsed<S>;
  version: string;
}

/** One endpoint. `execute` checks parameters, changes state and answers within one turn of the event loop: calls never interleave. */
export interface ApiRoute {
  method: string;
  path: string;
  /** Whether a publishable key may call it, with the client secret (terminal.md 5.1-2). */
  public: boolean;
  execute(call: { account: Account; path: Record<string, string>; raw: RawParams; version: string }): {
    answer: object;
    expand: string[];
  };
}

const expandable = { expand: list(filledText) };

/** An endpoint from its line (`POST /v1/refunds/:id`), the shape of its parameters, and what it does. */
export function endpoint<S extends Shape>(line: string, shape: S, handle: (call: ApiCall<S>) => object): ApiRoute {
  const [method = '', path = ''] = line.split(' ');
  const whole = { ...shape, ...expandable };
  return {
    method,
    path,
    public: false,
    execute({ account, path: at, raw, version }) {
      const params = parseParams(whole, raw);
      const answer = handle({ account, path: at, params: params as unknown as Parsed<S>, version });
      return { answer, expand: (params as Parsed<typeof expandable>).expand ?? [] };
    },
  };
}

/** The same endpoint, open to publishable keys. */
export function publicEndpoint(route: ApiRoute): ApiRoute {
  return { ...route, public: true };
}

/** What was found for a request; undefined for an unknown path. */
export interface Found<R> {
  route: R;
  path: Record<string, string>;
}
export interface Router<R> {
  find(method: string, path: string): Found<R> | undefined;
}

interface Branch<R> {
  fixed: Map<string, Branch<R>>;
  named: Branch<R> | undefined;
  routes: Map<string, { route: R; names: string[] }>;
}

/** A tree over path segments; a fixed segment wins over a named one (`/search` over `/:id`). */
export function createRouter<R extends { method: string; path: string }>(routes: readonly R[]): Router<R> {
  const root = branch<R>();
  for (const route of routes) plant(root, route);
  return {
    find(method, path) {
      const values: string[] = [];
      let at: Branch<R> | undefined = root;
      for (const segment of path.split('/')) {
        const fixed: Branch<R> | undefined = at.fixed.get(segment);
        if (fixed === undefined) values.push(segment);
        at = fixed ?? at.named;
        if (at === undefined) return undefined;
      }
      const hit = at.routes.get(method);
      if (hit === undefined) return undefined;
      return { route: hit.route, path: named(hit.names, values) };
    },
  };
}

function branch<R>(): Branch<R> {
  return { fixed: new Map(), named: undefined, routes: new Map() };
}

function plant<R extends { method: string; path: string }>(root: Branch<R>, route: R): void {
  const names: string[] = [];
  let at = root;
  for (const segment of route.path.split('/')) {
    if (segment.startsWith(':')) {
      names.push(segment.slice(1));
      at = at.named ??= branch();
    } else {
      const next = at.fixed.get(segment) ?? branch<R>();
      at.fixed.set(segment, next);
      at = next;
    }
  }
  at.routes.set(route.method, { route, names });
}

function named(names: string[], values: string[]): Record<string, string> {
  const path: Record<string, string> = {};
  for (const [index, name] of names.entries()) path[name] = decodeURIComponent(values[index] ?? '');
  return path;
}
