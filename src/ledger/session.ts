import { AccountCache } from './account-cache.ts';
import { connect, type BookConnection, type ConnectionSettings } from './connection.ts';
import { PosterUnavailable } from './poster-contract.ts';

/** A connection with what is known through it; another connection may be to another server, so it starts anew. */
export interface Session {
  readonly connection: BookConnection;
  readonly accounts: AccountCache;
  readonly newReference: () => string;
}

export interface SessionSettings extends ConnectionSettings {
  /** For how long a lost server is looked for before callers are told that it is away. */
  readonly reconnectForMs: number;
  readonly newReference: () => string;
}

/** A writer's one connection, opened when it is needed and replaced when it is lost. */
export class Sessions {
  readonly #settings: SessionSettings;
  #session: Session | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** The session, opened if there is none. Throws `PosterUnavailable` when the server cannot be reached in time. */
  async current(): Promise<Session> {
    this.#session ??= await this.#open();
    return this.#session;
  }

  /** Gives up a session whose state is not known. */
  drop(): void {
    this.#session?.connection.destroy();
    this.#session = undefined;
  }

  async close(): Promise<void> {
    await this.#session?.connection.end();
    this.#session = undefined;
  }

  async #open(): Promise<Session> {
    const deadline = performance.now() + this.#settings.reconnectForMs;
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      try {
        const connection = await connect(this.#settings);
        return { connection, accounts: new AccountCache(), newReference: this.#settings.newReference };
      } catch (error) {
        if (performance.now() + pauseMs > deadline) {
          throw new PosterUnavailable('The database cannot be reached', { cause: error });
        }
        await pause(pauseMs);
      }
    }
  }
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
