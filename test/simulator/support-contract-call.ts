import type { Shop } from './shop.ts';

/** One call that both the simulator and stripe-mock can answer. */
export interface ContractCall {
  /** As the OpenAPI document names it: `POST /v1/refunds/{refund}`. */
  operation: string;
  /** What must have happened before, and the parameters; `ids` fill the places of the path in their order. */
  prepare(shop: Shop): Promise<{ ids?: string[]; params?: Record<string, string> }>;
  /** Where the simulator, which keeps state, refuses what the mock grants to everybody. */
  refusedWith?: number;
}

export function call(operation: string, prepare: ContractCall['prepare']): ContractCall {
  return { operation, prepare };
}
