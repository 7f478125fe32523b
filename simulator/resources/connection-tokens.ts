import { filledText } from '../wire/fields.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { locationNamed } from './locations.ts';

/** Tokens for SDK clients; server-driven sales need none (terminal.md 4.1). */
export function connectionTokenRoutes(world: World): ApiRoute[] {
  return [
    endpoint('POST /v1/terminal/connection_tokens', { location: filledText }, ({ account, params }) => {
      if (params.location !== undefined) locationNamed(account, params.location, 'location');
      return {
        object: 'terminal.connection_token',
        ...(params.location === undefined ? {} : { location: params.location }),
        secret: world.random.id('pst_test_', 24),
      };
    }),
  ];
}
