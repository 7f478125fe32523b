/** The control plane refused, or the simulator is not there. */
export class ControlCallError extends Error {
  readonly status: number;

  constructor(call: string, status: number, reason: string) {
    super(`${call}: ${status} ${reason}`);
    this.name = 'ControlCallError';
    this.status = status;
  }
}

/** One call of the control plane; its answer is what the route says it is. */
export type Call = <T = unknown>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<T>;

/** @throws ControlCallError what the control plane refused, with its reason */
export function createCaller(url: string): Call {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_control${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new ControlCallError(`${method} ${path}`, response.status, text);
    return JSON.parse(text) as T;
  };
}

export function withQuery(path: string, query: Record<string, string | null | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
