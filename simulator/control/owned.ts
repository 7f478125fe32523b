import type { Collection } from '../collection.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';

/** Finds an object of any account by its id, since the control plane knows no keys. @throws ControlError 404 */
export function owned<T extends { id: string }>(
  world: World,
  params: Record<string, string>,
  { noun, of }: { noun: string; of: (account: Account) => Collection<T> },
): { account: Account; item: T } {
  const id = params['id'] ?? '';
  for (const account of world.store.accounts()) {
    const item = of(account).get(id);
    if (item !== undefined) return { account, item };
  }
  throw new ControlError(404, `No ${noun} ${id}`);
}
