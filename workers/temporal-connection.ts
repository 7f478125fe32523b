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

/**
 * How often a client looks for a server that is away: without it the pauses grow to two minutes, and a counter would be
 * told to come back for as long after Temporal has returned (quality.md F5).
 */
export const promptReconnection = {
  channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 },
} as const;
