import { ApplicationFailure, SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { SettlementActivities } from '../../activities/settlement/settlement.activities.ts';
import {
  isSettlementOver,
  settlementProgress,
  type DecisionRequest,
  type SettlementSnapshot,
} from '../../domain/settlement/settlement-run.ts';
import * as attributes from '../search-attributes.messages.ts';
import {
  beginSettlement,
  decideSettlement,
  settlementStatus,
  type SettlementRunInput,
} from './settlement-run.messages.ts';
import { ulidOf } from '../workflow-ulid.ts';

// Rows and book only: without the database nothing else can be done either, so these wait for it. A plan of thousands
// of organisations takes seconds.
const activities = proxyActivities<SettlementActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

const nominalTime = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** Where the run stands between two steps. */
interface Course {
  run: SettlementSnapshot;
  /** The last item whose payout was begun. */
  cursor: string | null;
  /** Since when it waits for approval, in ms. */
  readonly since: number;
}

/**
 * Settles a zone's organisations for a month: freezes a plan, waits for people to approve it, posts it in pages and
 * begins the payouts (decisions D25). The rows are the truth: each step asks them where the run stands, so that it goes
 * on from anywhere.
 */
export async function settlementRun(input: SettlementRunInput): Promise<SettlementSnapshot> {
  const course: { at: Course | null } = { at: null };
  setHandler(settlementStatus, () => course.at?.run ?? null);
  const planned = async (): Promise<Course> => {
    await condition(() => course.at !== null && course.at.run.state !== 'planned');
    return course.at as Course;
  };
  setHandler(beginSettlement, async () => (await planned()).run);
  setHandler(
    decideSettlement,
    async (request) => {
      const now = await planned();
      const outcome = await activities.decideSettlement({ runId: now.run.runId, request });
      become(now, outcome.run);
      return outcome;
    },
    {
      validator: (request: DecisionRequest) => {
        requireOpen(course.at, request);
      },
    },
  );

  const runId = input.runId ?? (await openScheduled(input));
  const run = (await activities.planSettlement({ runId })).run;
  const at: Course = { run, cursor: null, since: Date.now() };
  course.at = at;
  show(at);
  while (!isSettlementOver(at.run.state)) {
    if (workflowInfo().continueAsNewSuggested) await goOn({ ...input, runId });
    await advance(at, input);
  }
  await condition(allHandlersFinished);
  return at.run;
}

/** What comes too late is refused without a trace in the history; what comes while the plan is made waits for it. */
function requireOpen(at: Course | null, { decision }: DecisionRequest): void {
  const state = at?.run.state ?? 'planned';
  if (state === 'planned' || state === 'awaiting_approval') return;
  const message = `The settlement is ${state}: too late to ${decision.kind}.`;
  throw ApplicationFailure.nonRetryable(message, 'settlement_state_conflict');
}

async function advance(at: Course, { timing }: SettlementRunInput): Promise<void> {
  const { runId, state } = at.run;
  switch (state) {
    case 'planned':
      return plan(at);
    case 'awaiting_approval':
      return awaitApproval(at, timing);
    case 'posting':
      become(at, await activities.postSettlements({ runId }));
      return;
    default:
      at.cursor = (await activities.startPayouts({ runId, after: at.cursor })).next;
      if (at.cursor === null) become(at, await activities.finishSettlement({ runId }));
  }
}

/** The row of a scheduled run; its month comes from when it was meant to start, not from when it does (temporal.md 1.4). */
async function openScheduled({ zone }: SettlementRunInput): Promise<string> {
  const { typedSearchAttributes, startTime, workflowId } = workflowInfo();
  const nominalAt = (typedSearchAttributes.get(nominalTime) ?? startTime).toISOString();
  const runId = `str_${ulidOf(startTime, uuid4())}`;
  return (await activities.openSettlement({ runId, workflowId, zone, nominalAt })).runId;
}

async function plan(at: Course): Promise<void> {
  const tried = await activities.planSettlement({ runId: at.run.runId });
  become(at, tried.run);
  if (at.run.state === 'planned') await sleep(tried.waitMs, { summary: 'the period is hardly over' });
}

/** Until it is decided, reminding people; what nobody approves in time expires. */
async function awaitApproval(at: Course, { remindMs, expireMs }: SettlementRunInput['timing']): Promise<void> {
  const { expiresAt, runId } = at.run;
  const until = expireMs === null ? Date.parse(expiresAt ?? '') : at.since + expireMs;
  const leftMs = until - Date.now();
  const isDecided = await condition(
    () => at.run.state !== 'awaiting_approval',
    Math.min(remindMs, Math.max(0, leftMs)),
  );
  if (isDecided) return;
  become(
    at,
    await (leftMs <= remindMs ? activities.expireSettlement({ runId }) : activities.remindOfSettlement({ runId })),
  );
}

/** Handlers and the loop both bring news: the newer row is the truth. */
function become(at: Course, run: SettlementSnapshot): void {
  if (run.version < at.run.version) return;
  const before = at.run;
  at.run = run;
  if (before.state !== run.state || before.attentionReason !== run.attentionReason) label(run);
  describe(run);
}

function show({ run }: Course): void {
  label(run);
  describe(run);
}

function label({ state, period, attentionReason }: SettlementSnapshot): void {
  upsertSearchAttributes([
    { key: attributes.payKind, value: 'settlement' },
    { key: attributes.payState, value: state },
    { key: attributes.settlementPeriod, value: period },
    { key: attributes.needsAttention, value: attentionReason !== null },
    { key: attributes.attentionReason, value: attentionReason },
  ]);
}

function describe(run: SettlementSnapshot): void {
  const counts = Object.entries(run.counts).map(([state, count]) => `${state} ${count}`);
  const head = `**${run.state}**, ${settlementProgress(run)} % of ${run.zone} for ${run.period} (${run.runId})`;
  setCurrentDetails([head, counts.join(', '), ...run.lines.map((line) => `- ${line}`)].join('\n\n'));
}

/** Nothing is lost: the rows say where the run stands, and payouts that run already are left alone. */
async function goOn(input: SettlementRunInput): Promise<void> {
  await condition(allHandlersFinished);
  await continueAsNew<typeof settlementRun>(input);
}
