import { admits } from '../../domain/transition.ts';
import { saleTransitions } from '../../domain/counter/sale.ts';
import type { SaleAnswer, SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { SaleChanges, snapshotOf } from '../../entities/counter/sale-changes.ts';
import { activityEdge } from '../activity-edge.ts';
import { cancelSale, lapseSale, type CancelSaleRequest } from './sale-canceling.ts';
import { commit, openDesk, type SaleDependencies } from './sale-desk.ts';
import { dispatchSale, type DispatchRequest } from './sale-dispatching.ts';
import { look } from './sale-following.ts';
import { takeSale, type TakeSaleRequest } from './sale-taking.ts';

export type TerminalSaleActivities = ReturnType<typeof createTerminalSaleActivities>;

/** What a terminal sale does in the world. Each is idempotent and holds no transaction open over the network. */
export function createTerminalSaleActivities(deps: SaleDependencies) {
  return {
    dispatchSale: (request: DispatchRequest): Promise<SaleAnswer> => activityEdge(() => dispatchSale(deps, request)),
    advanceSale: (request: { saleId: string }): Promise<SaleSnapshot> =>
      activityEdge(async () => look(await openDesk(deps, request.saleId))),
    takeSale: (request: TakeSaleRequest): Promise<SaleAnswer> => activityEdge(() => takeSale(deps, request)),
    cancelSale: (request: CancelSaleRequest): Promise<SaleAnswer> => activityEdge(() => cancelSale(deps, request)),
    lapseSale: (request: { saleId: string }): Promise<SaleSnapshot> => activityEdge(() => lapseSale(deps, request)),
    loseSale: (request: { saleId: string }): Promise<SaleSnapshot> => activityEdge(() => loseSale(deps, request)),
    askForDecision: (request: { saleId: string; reason: string }): Promise<SaleSnapshot> =>
      activityEdge(() => askForDecision(deps, request)),
  };
}

/** The processor stayed silent while its answer mattered. A sale that waits for people keeps its state. */
async function loseSale(deps: SaleDependencies, request: { saleId: string }): Promise<SaleSnapshot> {
  const desk = await openDesk(deps, request.saleId);
  const { state } = desk.file.sale;
  const matters = state === 'dispatching' || state === 'awaiting_card' || state === 'capturing';
  if (!matters || !admits(saleTransitions, state, 'lose')) return snapshotOf(desk.file, deps.now());
  return commit(desk, new SaleChanges(desk.file).become('lose', 'the processor does not answer', deps.now()));
}

async function askForDecision(
  deps: SaleDependencies,
  request: { saleId: string; reason: string },
): Promise<SaleSnapshot> {
  const desk = await openDesk(deps, request.saleId);
  if (desk.file.sale.attentionReason === request.reason) return snapshotOf(desk.file, deps.now());
  const changes = new SaleChanges(desk.file).set({ attention_reason: request.reason });
  return commit(desk, changes.note('needs_attention', request.reason, deps.now()));
}
