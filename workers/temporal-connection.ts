import type { Config } from '../src/config.ts';

export interface TemporalConnection {
  readonly address: string;
  readonly tls?: true;
  readonly apiKey?: string;
}

/** Where the Temporal server is and how to be let in; shared with the clients of the API and the jobs. */
export function temporalConnection(config: Config): TemporalConnection {
  return {
    address: config.TEMPORAL_ADDRESS,
    ...(config.TEMPORAL_TLS || config.TEMPORAL_API_KEY !== undefined ? { tls: true } : {}),
    ...(config.TEMPORAL_API_KEY === undefined ? {} : { apiKey: config.TEMPORAL_API_KEY }),
  };
}
