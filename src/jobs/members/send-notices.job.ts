import { isSentByEmail } from '../../domain/members/notice.ts';
import { letterOf, type Letter, type NoticeLinks, type Standing } from '../../domain/members/notice-letter.ts';
import { noticePauseMs } from '../../domain/members/notice-schedule.ts';
import { wordsOf } from '../../domain/members/notice-words.ts';
import type { NoticeDeliveries, NoticeEnd, TakenNotice } from '../../entities/members/notice-deliveries.ts';
import type { JobLog } from '../job-ports.ts';
import type { Mailer } from '../mailer.ts';

/** How a member stands now; the balance in minor units. */
export type StandingReader = (member: {
  readonly memberId: string;
  readonly currency: string;
}) => Promise<Standing & { readonly balanceMinor: number | null }>;

export interface SendNoticesDependencies {
  readonly notices: Pick<NoticeDeliveries, 'take' | 'end'>;
  readonly readStanding: StandingReader;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly noticeLinks: NoticeLinks;
  readonly log: JobLog;
  readonly now: () => Date;
}

/** So many are under way at a time. */
const atOnce = 10;
/** Longer than any attempt takes: what a killed process took is sent again after it, as the same message. */
const leaseMs = 120_000;
/** A run ends, so that Redis sees it alive. */
const roundsPerRun = 20;

/** Sends what members are to be told, the oldest first. Answers how many e-mails were taken. */
export async function sendNotices(deps: SendNoticesDependencies): Promise<number> {
  let sent = 0;
  for (let round = 0; round < roundsPerRun; round += 1) {
    const taken = await deps.notices.take({ now: deps.now(), limit: atOnce, leaseMs });
    if (taken.length === 0) break;
    const ends = await Promise.all(taken.map((notice) => send(deps, notice)));
    sent += ends.filter(({ kind }) => kind === 'sent').length;
    // A server that takes nothing any more is left alone until the next run.
    if (ends.every(({ kind }) => kind === 'again' || kind === 'failed')) break;
  }
  return sent;
}

async function send(deps: SendNoticesDependencies, notice: TakenNotice): Promise<NoticeEnd> {
  const end = await attempt(deps, notice);
  await deps.notices.end(notice, end, deps.now());
  const facts = { notice: notice.id, kind: notice.kind, attempts: notice.attempts };
  if (end.kind === 'failed') deps.log.error(facts, 'a notice has failed and waits for a person');
  return end;
}

async function attempt(deps: SendNoticesDependencies, notice: TakenNotice): Promise<NoticeEnd> {
  const { id, kind, recipient, byEmail, attempts } = notice;
  const { email } = recipient;
  if (email === null || !byEmail || !isSentByEmail(kind, recipient))
    return { kind: 'none', isShown: !recipient.isSystem };
  const outcome = await mail(deps, notice, email);
  if (outcome.kind === 'sent') return outcome;
  deps.log.warn({ notice: id, kind, attempts, reason: outcome.reason }, 'a notice was not taken');
  const pauseMs = noticePauseMs(attempts);
  return pauseMs === null ? { kind: 'failed' } : { kind: 'again', dueAt: new Date(deps.now().getTime() + pauseMs) };
}

type Mailed =
  { readonly kind: 'sent'; readonly subject: string } | { readonly kind: 'not_taken'; readonly reason: string };

/** One that cannot be written is put off like one that is not taken, so that it keeps no other waiting. */
async function mail(deps: SendNoticesDependencies, notice: TakenNotice, address: string): Promise<Mailed> {
  try {
    const letter = await write(deps, notice);
    const { id, createdAt, recipient } = notice;
    const to = { name: recipient.name, address };
    const answer = await deps.mailer.send({ ...letter, id, to, at: new Date(createdAt) });
    return answer.kind === 'taken' ? { kind: 'sent', subject: letter.subject } : answer;
  } catch (error) {
    return { kind: 'not_taken', reason: error instanceof Error ? error.message : 'the notice could not be written' };
  }
}

/** A warning tells how the member stands when it is sent, not when it was written. */
async function write(deps: SendNoticesDependencies, notice: TakenNotice): Promise<Letter> {
  const { kind, facts, otherName, recipient } = notice;
  const { firstName, ref: memberRef, memberId } = recipient;
  const letter = { firstName, memberRef, links: deps.noticeLinks };
  if (kind !== 'low_balance') return letterOf({ ...letter, words: wordsOf(kind, { facts, otherName }) });
  const currency = String(facts['currency']);
  const { balanceMinor, ...standing } = await deps.readStanding({ memberId, currency });
  const current = balanceMinor === null ? facts : { ...facts, balanceMinor };
  return letterOf({ ...letter, words: wordsOf(kind, { facts: current, otherName }), standing });
}
