import { isOpen, loseDispute, reviewDispute, winDispute } from '../online/disputes.ts';
import type { DisputeRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { noSuch, plainRefusal } from '../wire/errors.ts';
import { boolean, filledText, group, mergeMetadata, metadata, text, untouched, type Field } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';
import { evidenceTexts } from './dispute-shape.ts';

const evidence = group({
  ...(Object.fromEntries(evidenceTexts.map((key) => [key, text])) as Record<string, Field<string>>),
  enhanced_evidence: untouched,
});
const updateShape = { evidence, metadata, submit: boolean };

/** Disputes; banks open them by the control plane or by a disputing test card (terminal.md 5.2). */
export function disputeRoutes(world: World): ApiRoute[] {
  const filters = { ...paging, created: instantRange, charge: filledText, payment_intent: filledText };
  return [
    endpoint('GET /v1/disputes', filters, ({ account, params }) =>
      listPage(account.disputes, {
        url: '/v1/disputes',
        noun: 'dispute',
        params,
        keep: (dispute) =>
          within(params.created, dispute.created) &&
          (params.charge ?? dispute.charge) === dispute.charge &&
          (params.payment_intent ?? dispute.payment_intent) === dispute.payment_intent,
      }),
    ),
    endpoint('GET /v1/disputes/:id', {}, ({ account, path }) => disputeAt(account, path)),
    endpoint('POST /v1/disputes/:id', updateShape, (call) => update(world, call)),
    endpoint('POST /v1/disputes/:id/close', {}, ({ account, path }) => {
      const dispute = openDisputeAt(account, path);
      loseDispute(world, account, dispute);
      return dispute;
    }),
  ];
}

function disputeAt(account: Account, path: Record<string, string>): DisputeRecord {
  const id = path['id'] ?? '';
  const dispute = account.disputes.get(id);
  if (dispute === undefined) throw noSuch('dispute', id, 'id');
  return dispute;
}

function openDisputeAt(account: Account, path: Record<string, string>): DisputeRecord {
  const dispute = disputeAt(account, path);
  if (isOpen(dispute)) return dispute;
  throw plainRefusal('This dispute is already closed');
}

/** Words are kept; with evidence it is handed in, unless `submit` is false. */
function update(world: World, { account, path, params }: ApiCall<typeof updateShape>): DisputeRecord {
  const dispute = params.evidence === undefined ? disputeAt(account, path) : openDisputeAt(account, path);
  dispute.metadata = mergeMetadata(dispute.metadata, params.metadata);
  if (params.evidence === undefined) {
    emit(world, account, { type: 'charge.dispute.updated', object: dispute });
    return dispute;
  }
  Object.assign(dispute.evidence, params.evidence);
  dispute.evidence_details.has_evidence = true;
  if (params.submit === false) emit(world, account, { type: 'charge.dispute.updated', object: dispute });
  else submit(world, account, dispute);
  return dispute;
}

/** In test mode the evidence can name its own outcome. */
function submit(world: World, account: Account, dispute: DisputeRecord): void {
  reviewDispute(world, account, dispute);
  const words = dispute.evidence.uncategorized_text;
  world.clock.after(world.settings.disputeDelayMs, () => {
    if (words === 'winning_evidence') winDispute(world, account, { dispute, keepFee: false });
    if (words === 'losing_evidence') loseDispute(world, account, dispute);
  });
}
