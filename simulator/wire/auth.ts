import type { IncomingHttpHeaders } from 'node:http';
import type { Account, Store } from '../store.ts';
import { forbidden, unauthorized } from './errors.ts';

export interface Caller {
  account: Account;
  kind: 'secret' | 'publishable';
}

/** Whose data a request is about: its key's account, or the connected account it names (terminal.md 5.1-2, 5.1-6). */
export function authenticate(store: Store, headers: IncomingHttpHeaders): Caller {
  const key = keyOf(headers.authorization);
  if (key === undefined) throw unauthorized(howToAuthenticate);
  const owner = store.forKey(key);
  if (owner === undefined) throw unauthorized(`Invalid API Key provided: ${masked(key)}`);
  const named = headers['stripe-account'];
  if (named === undefined || named === owner.account.id) return owner;
  const account = store.account(String(named));
  if (account !== undefined && account.platform === owner.account.id) return { account, kind: owner.kind };
  throw forbidden(
    'account_invalid',
    `The provided key '${masked(key)}' does not have access to account '${String(named)}' (or that account does not exist).`,
  );
}

const howToAuthenticate =
  'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.';

function keyOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [scheme = '', value = ''] = authorization.split(' ');
  if (/^bearer$/i.test(scheme)) return value || undefined;
  if (!/^basic$/i.test(scheme)) return undefined;
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] || undefined;
}

/** Keys are never shown whole. */
export function masked(key: string): string {
  return key.length <= 12 ? `${key.slice(0, 4)}****` : `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`;
}
