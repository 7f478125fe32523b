import { decimalText } from '../../domain/decimal-text.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { formatMajor, money } from '../../domain/money.ts';
import { coveredMinor, taxBpOf } from '../../domain/settlement/settlement-plan.ts';
import type { SettlementSnapshot } from '../../domain/settlement/settlement-run.ts';
import {
  settlementFigures,
  settlementRunTransitions,
  type SettlementFigures,
} from '../../domain/settlement/settlement.ts';
import { nextState } from '../../domain/transition.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import {
  itemColumns,
  itemOf,
  releaseClaims,
  type SettlementItemRow,
} from '../../entities/settlement/settlement-items.ts';
import { loadRun, runUpdate, snapshotOf, type SettlementRunRow } from '../../entities/settlement/settlement-runs.ts';
import { numberOf, optionalText, textOf, type SqlRow } from '../../entities/sql-pool.ts';
import type { Poster, PosterItem, PosterResult } from '../../ledger/poster-contract.ts';
import { settlement, settlementOpKey } from '../../ledger/postings/settlement.ts';
import type { Rider } from '../../ledger/riders.ts';
import { change } from './settlement-deciding.ts';
import type { SettlementPlanning } from './settlement-planning.ts';

export interface SettlementPosting extends SettlementPlanning {
  readonly poster: Poster;
  /** Starts the workflows of payouts; one that runs already is left alone. */
  readonly startPayouts: (payoutIds: readonly string[]) => Promise<void>;
}

/** Settlements of one commit: many share its cost, and none holds the accounts for long (temporal.md 5.5). */
const pageSize = 100;

/** An item with how things stand now. */
interface Due {
  readonly item: SettlementItemRow;
  /** Balance without holds, in minor units. */
  readonly availableMinor: number;
  /** The organisation's newest bank details. */
  readonly newestBankDetailId: string | null;
}

/**
 * Settles the next organisations of an approved run: each is posted with its payout's row, or told why not, and is
 * never looked at again. Without any left the run goes on to its payouts.
 */
export async function postPage(deps: SettlementPosting, { runId }: { runId: string }): Promise<SettlementSnapshot> {
  const run = await loadRun(deps.pool, runId);
  if (run.state !== 'posting') return snapshotOf(deps.pool, runId);
  const due = await dueOf(deps, runId);
  if (due.length > 0) {
    await settle(deps, run, due);
    return snapshotOf(deps.pool, runId);
  }
  return change(deps, runId, (found) =>
    found.state === 'posting' ? [runUpdate(found, { state: nextOf(found, 'post') }, deps.now())] : [],
  );
}

async function dueOf({ pool }: SettlementPosting, runId: string): Promise<Due[]> {
  const rows = await pool.rows(
    `SELECT ${itemColumns}, a.balance_minor - a.held_minor AS available_minor,
       (SELECT b.id FROM bank_detail b WHERE b.organisation_id = i.organisation_id AND b.currency = i.currency
        ORDER BY b.no DESC LIMIT 1) AS newest_bank_detail_id
     FROM settlement_item i
     JOIN ledger_account a ON a.code = CONVERT(CONCAT('organisation/', i.organisation_id, '/', i.currency) USING ascii) COLLATE ascii_bin
     WHERE i.run_id = ? AND i.state = 'planned' ORDER BY i.id LIMIT ${pageSize}`,
    [runId],
  );
  return rows.map(dueIn);
}

function dueIn(row: SqlRow): Due {
  return {
    item: itemOf(row),
    availableMinor: numberOf(row, 'available_minor'),
    newestBankDetailId: optionalText(row, 'newest_bank_detail_id'),
  };
}

async function settle(deps: SettlementPosting, run: SettlementRunRow, due: readonly Due[]): Promise<void> {
  const at = deps.now();
  const payable: { readonly item: SettlementItemRow; readonly figures: SettlementFigures }[] = [];
  for (const one of due) {
    const found = figuresNow(deps, run, one);
    if (typeof found === 'string') await putAside(deps, one.item, found);
    else payable.push({ item: one.item, figures: found });
  }
  const items = payable.map(({ item, figures }): PosterItem => {
    const transaction = settlement(settledOf(run, { item, figures, at }));
    return { kind: 'post', transaction, riders: { onSuccess: ridersOf(run, { item, figures, at }) } };
  });
  const results = items.length === 0 ? [] : await deps.poster.postGroup(items);
  for (const [index, { item }] of payable.entries()) await conclude(deps, item, results[index]);
}

/** What is settled of an organisation now, or why nothing is (decisions D26, D27). */
function figuresNow(deps: SettlementPosting, run: SettlementRunRow, due: Due): SettlementFigures | string {
  const { item, availableMinor } = due;
  if (item.method === 'bank' && due.newestBankDetailId !== item.bankDetailId) return 'bank_details_changed';
  const settledMinor = coveredMinor({ ...item, availableMinor, capsShort: run.capsShort });
  if (settledMinor === null) return 'insufficient_funds';
  if (settledMinor === item.settledMinor) return item;
  const taxBp = taxBpOf(deps.settlementRules, item.currency);
  const basis = { balanceMinor: availableMinor, floatMinor: item.floatMinor, overrideMinor: settledMinor };
  return settlementFigures({ ...basis, feeBp: item.feeBp, taxBp }) ?? 'insufficient_funds';
}

interface Settling {
  readonly item: SettlementItemRow;
  readonly figures: SettlementFigures;
  readonly at: Date;
}

function settledOf(run: SettlementRunRow, { item, figures, at }: Settling) {
  const currency = parseCurrency(item.currency);
  const payout = money(figures.payoutMinor, currency);
  const percent = `${decimalText(item.feeBp, 2)} %`;
  return {
    ...{ runId: run.id, organisationId: item.organisationId, payoutId: item.payoutId, currency, payout },
    fee: money(figures.feeMinor, currency),
    tax: money(figures.taxMinor, currency),
    occurredAt: at.toISOString(),
    description: `Settlement for ${run.period}: fee ${percent}, ${formatMajor(payout)} ${currency} to be paid`,
  };
}

function ridersOf(run: SettlementRunRow, { item, figures, at }: Settling): Rider[] {
  const outcome = figures.settledMinor < item.settledMinor ? 'capped' : null;
  return [
    {
      insert: 'payout',
      row: {
        ...{ id: item.payoutId, run_id: run.id, organisation_id: item.organisationId, period: run.period },
        ...{ currency: item.currency, amount_minor: figures.payoutMinor, settled_minor: figures.settledMinor },
        ...{ fee_minor: figures.feeMinor, tax_minor: figures.taxMinor, method: item.method, state: 'planned' },
        ...{ attempt_no: 1, bank_detail_id: item.bankDetailId, created_at: at, updated_at: at },
        settlement_op_key: settlementOpKey({ ...item, runId: run.id, currency: parseCurrency(item.currency) }),
      },
    },
    itemRider(item, { state: 'posted', outcome, updated_at: at }),
  ];
}

/** Refusals of the book are final for this run; a row that moved since it was read is read again. */
async function conclude(deps: SettlementPosting, item: SettlementItemRow, result: PosterResult | undefined) {
  if (result?.kind === 'posted') return;
  const code = result?.kind === 'refused' ? result.code : 'nothing';
  if (code === 'conflict' || code === 'nothing') {
    throw new DomainError('conflict', `The settlement of ${item.organisationId} met another change.`);
  }
  await putAside(deps, item, code);
}

function putAside({ pool, now }: SettlementPosting, item: SettlementItemRow, outcome: string): Promise<void> {
  const state = outcome === 'insufficient_funds' ? 'short' : 'blocked';
  return commitRiders(pool, [itemRider(item, { state, outcome, updated_at: now() })]);
}

function itemRider(
  item: SettlementItemRow,
  set: { readonly state: string; readonly outcome: string | null; readonly updated_at: Date },
): Rider {
  return { update: 'settlement_item', key: { id: item.id }, expectedVersion: item.version, set };
}

function nextOf(run: SettlementRunRow, event: 'post' | 'finish' | 'finish_with_errors') {
  return nextState(settlementRunTransitions, run.state, event);
}

/**
 * Begins the payouts of the next items of a run, after the item named; answers the last of them, null when there are no
 * more. Items come in the order of their index: in that of their payouts each page would sort all of them.
 */
export async function startPage(
  { pool, startPayouts }: SettlementPosting,
  { runId, after }: { runId: string; after: string | null },
): Promise<{ next: string | null }> {
  const rows = await pool.rows(
    `SELECT id, payout_id FROM settlement_item WHERE run_id = ? AND state = 'posted' AND id > ? ORDER BY id LIMIT ${pageSize}`,
    [runId, after ?? ''],
  );
  await startPayouts(rows.map((row) => textOf(row, 'payout_id')));
  const last = rows.at(-1);
  return { next: last === undefined || rows.length < pageSize ? null : textOf(last, 'id') };
}

/** Ends a run whose organisations are all looked at; who was not paid is free for a later run, and named for a person. */
export async function finish(deps: SettlementPosting, { runId }: { runId: string }): Promise<SettlementSnapshot> {
  const { counts } = await snapshotOf(deps.pool, runId);
  const failed = (counts.short ?? 0) + (counts.blocked ?? 0);
  const attention = failed === 0 ? null : `${failed} not settled`;
  return change(deps, runId, (run) => {
    if (run.state !== 'filing') return [];
    const state = nextOf(run, failed === 0 ? 'finish' : 'finish_with_errors');
    const at = deps.now();
    return [releaseClaims(runId, at), runUpdate(run, { state, attention_reason: attention }, at)];
  });
}
