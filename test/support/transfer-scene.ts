import { unitOfWork } from '../../src/entities/orm.ts';
import { Organisation } from '../../src/entities/organisations/organisation.entity.ts';
import { demoNames } from '../../workers/demo/seed.ts';
import { PayoutScene } from './payout-scene.ts';
import type { MadePayout, PayoutWish } from './payouts.ts';

/** The connected account of every organisation that is paid by transfer here. */
export const connectedAccount = 'acct_rival';

/** A scene whose processor knows a connected account, and has 10,000.00 to pay from. */
export async function openTransferScene(env: Readonly<Record<string, string>> = {}): Promise<PayoutScene> {
  const scene = await PayoutScene.open({ env });
  const { control } = scene.counter;
  await control.seed({ accounts: [{ id: connectedAccount, platform: demoNames.account }] });
  await control.balance.setAvailable('aud', 1_000_000, demoNames.account);
  return scene;
}

type TransferWish = Partial<PayoutWish> & { readonly to?: string | null };

/** A settled organisation that is paid by transfer, with its workflow; 760.00 unless said otherwise. */
export async function followTransfer(scene: PayoutScene, wish: TransferWish = {}): Promise<MadePayout> {
  const payout = await plannedTransfer(scene, wish);
  await startPayout(scene, payout);
  return payout;
}

/** The same before its workflow has begun. */
export async function plannedTransfer(
  scene: PayoutScene,
  { to = connectedAccount, ...wish }: TransferWish = {},
): Promise<MadePayout> {
  const organisation = wish.organisation ?? (await scene.organisation());
  await connect(scene, organisation, to);
  return scene.planned({ ...wish, organisation, method: 'transfer', account: null });
}

/** Answers the run, for its history. */
export async function startPayout({ counter }: PayoutScene, { id }: MadePayout): Promise<string> {
  const { temporal, env } = counter;
  const { firstExecutionRunId } = await temporal.workflow.start('payout', {
    workflowId: `payout-${id}`,
    taskQueue: env['TASK_QUEUE_BULK'] ?? '',
    args: [{ schema: 1, payoutId: id }],
  });
  return firstExecutionRunId;
}

/** Where an organisation's transfers go from now on. */
export async function connect(scene: PayoutScene, organisation: string, to: string | null): Promise<void> {
  const em = unitOfWork(scene.counter.orm);
  const row = await em.findOneOrFail(Organisation, { id: organisation as never });
  row.payoutMethod = 'transfer';
  row.connectedAccountRef = to;
  await em.flush();
}
