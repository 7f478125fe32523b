import { payoutId } from '../../domain/ids.ts';
import type { InvoiceIssuer } from '../../domain/settlement/invoice-issuer.ts';
import type { FeeTaxes } from '../../domain/organisations/fee-tax.ts';
import type { PayoutAnswer, PayoutCommand } from '../../domain/settlement/payout.ts';
import type { PayoutOriginators } from '../../domain/settlement/payout-file.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { actStatement } from '../../entities/audit.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { loadPayout, payoutSnapshotOf } from '../../entities/settlement/payout-rows.ts';
import type { Payout } from '../../entities/settlement/payout.entity.ts';
import { ScopedPayouts } from '../../entities/settlement/scoped-payouts.ts';
import type { SealKeys } from '../../entities/sealed-text.ts';
import { DomainError } from '../../domain/errors.ts';
import type { BankCalendar } from '../../reports/settlement/business-days.ts';
import { beginOnce, type BeginParts } from '../begin-once.ts';
import type { PayoutMessenger } from './payout-messenger.ts';
import { payoutView } from './payout-view.ts';
import { problem } from '../problems.ts';
import type { Answer } from '../route.ts';

/** Figures and names of a deployment that payouts go by. */
export interface PayoutSettings {
  readonly bulkQueue: string;
  readonly originators: PayoutOriginators;
  readonly calendar: BankCalendar;
  readonly sealKeys: SealKeys;
  readonly issuer: InvoiceIssuer;
  readonly feeTaxes: FeeTaxes;
}

export interface PayoutParts extends BeginParts {
  readonly orm: Orm;
  readonly payouts: PayoutMessenger;
  readonly payoutSettings: PayoutSettings;
}

export interface PayoutAct {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly payout: string;
  readonly command: PayoutCommand;
}

/** Does what a finance officer wants with a payout, once per key, and writes down who wanted it and why. */
export async function actOnPayoutOnce(parts: PayoutParts, act: PayoutAct): Promise<Answer> {
  const row = await ownPayout(parts.orm, act.principal, act.payout);
  return beginOnce<PayoutAnswer>(parts, {
    write: act.write,
    resourceId: row.id,
    location: (id) => `/v1/payouts/${id}`,
    insert: [auditOf(act, row)],
    begin: (id, updateId) => parts.payouts.act(id, updateId, act.command),
    render: (id, answer) => rendered(parts, id, answer),
    show: (id) => shown(parts, id),
  });
}

/** A payout that the caller may see. Throws `not_found`. */
export async function ownPayout(orm: Orm, principal: Principal, id: string): Promise<Payout> {
  const row = await new ScopedPayouts(unitOfWork(orm), principal).payout(id);
  if (row === null) throw new DomainError('not_found', 'There is no such payout.');
  return row;
}

async function rendered(parts: PayoutParts, id: string, answer: PayoutAnswer): Promise<StoredAnswer> {
  const { refused, ...snapshot } = answer;
  const { payout } = await loadPayout(parts, payoutId(id));
  const view = payoutView(payout, snapshot);
  if (refused === null) return { status: 200, body: JSON.stringify(view) };
  const refusal = problem(refused, `Nothing was done: the payout is ${answer.state}.`, { payout: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

async function shown(parts: PayoutParts, id: string): Promise<StoredAnswer> {
  const { payout } = await loadPayout(parts, payoutId(id));
  return { status: 200, body: JSON.stringify(payoutView(payout, payoutSnapshotOf(payout))) };
}

function auditOf({ principal, command }: PayoutAct, { id, state, organisationId, attemptNo }: Payout) {
  return actStatement({
    ...signatureOf(principal),
    action: `payout.${command.kind}`,
    target: id,
    organisationId,
    before: { state, attempt: attemptNo },
    reason: command.reason,
  });
}
