import { DomainError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { textOf, type SqlPool } from '../../entities/sql-pool.ts';
import type { Route } from '../route.ts';

/** What of a request names somebody's thing. */
interface Named {
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

type Owner = (pool: SqlPool, named: Named) => Promise<string | null> | string | null;

const byPath: Owner = (_pool, { params }) => String(params['id']);
const byBody: Owner = (_pool, { body }) => String(body['member']);
const ofRow =
  (sql: string): Owner =>
  async (pool, { params }) => {
    const [row] = await pool.rows(sql, [String(params['id'])]);
    return row === undefined ? null : textOf(row, 'member_id');
  };

/** Whose a thing is, by the beginning of its address; the first that fits. What is not here is nobody's own. */
const owners: readonly (readonly [RegExp, Owner])[] = [
  [/^\/v1\/members\/:id(\/|$)/, byPath],
  [/^\/v1\/payments$/, byBody],
  [/^\/v1\/payments\/:id(\/|$)/, ofRow('SELECT member_id FROM payment WHERE id = ?')],
  [/^\/v1\/top-ups\/:id(\/|$)/, ofRow('SELECT member_id FROM top_up WHERE id = ?')],
  [/^\/v1\/refunds\/:id$/, ofRow('SELECT member_id FROM refund WHERE id = ? AND member_id IS NOT NULL')],
  [
    /^\/v1\/ious\/:id\/pay$/,
    ofRow('SELECT m.id AS member_id FROM iou i JOIN member m ON m.no = i.member_no WHERE i.id = ?'),
  ],
];

function ownerRule({ path }: Pick<Route, 'path'>): Owner | undefined {
  return owners.find(([pattern]) => pattern.test(path))?.[1];
}

/** Whether anything of members can be told apart under this route; a route for members must say whose things it serves. */
export function hasOwners(route: Pick<Route, 'path'>): boolean {
  return ownerRule(route) !== undefined;
}

/**
 * A member reaches only their own things, whatever the handler does (W-24): a foreign identifier is as good as an unknown
 * one, and somebody else cannot be made to pay.
 */
export async function requireOwn(
  pool: SqlPool,
  { principal, route, named }: { readonly principal: Principal; readonly route: Route; readonly named: Named },
): Promise<void> {
  const { memberId } = principal;
  if (memberId === undefined) return;
  const owner = await ownerRule(route)?.(pool, named);
  const payer = named.body['member'];
  if (owner !== memberId || (payer !== undefined && payer !== memberId)) {
    throw new DomainError('not_found', 'There is nothing of yours under this identifier.');
  }
}
