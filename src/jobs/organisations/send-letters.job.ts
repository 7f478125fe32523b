import { letterOf, type NoticeLinks } from '../../domain/members/notice-letter.ts';
import { noticePauseMs } from '../../domain/members/notice-schedule.ts';
import { organisationLetterWords } from '../../domain/organisations/organisation-letter.ts';
import type {
  LetterEnd,
  OrganisationLetterDeliveries,
  TakenLetter,
} from '../../entities/organisations/organisation-letter-deliveries.ts';
import type { JobLog } from '../job-ports.ts';
import type { MailAnswer, Mailer } from '../mailer.ts';

export interface SendLettersDependencies {
  readonly letters: Pick<OrganisationLetterDeliveries, 'take' | 'end'>;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly noticeLinks: NoticeLinks;
  readonly log: JobLog;
  readonly now: () => Date;
}

/** So many are under way at a time: each may carry a file. */
const atOnce = 5;
/** Longer than any attempt takes: what a killed process took is sent again after it, as the same message. */
const leaseMs = 120_000;
/** A run ends, so that Redis sees it alive. */
const roundsPerRun = 20;

/** Sends what organisations are to be told, the oldest first. Answers how many e-mails were taken. */
export async function sendLetters(deps: SendLettersDependencies): Promise<number> {
  let sent = 0;
  for (let round = 0; round < roundsPerRun; round += 1) {
    const taken = await deps.letters.take({ now: deps.now(), limit: atOnce, leaseMs });
    if (taken.length === 0) break;
    const ends = await Promise.all(taken.map((letter) => send(deps, letter)));
    const ok = ends.filter(({ kind }) => kind === 'sent').length;
    sent += ok;
    // A server that takes nothing any more is left alone until the next run.
    if (ok === 0) break;
  }
  return sent;
}

async function send(deps: SendLettersDependencies, letter: TakenLetter): Promise<LetterEnd> {
  const { id, kind, attempts } = letter;
  const end = await attempt(deps, letter);
  await deps.letters.end(letter, end, deps.now());
  if (end.kind === 'failed')
    deps.log.error({ letter: id, kind, attempts }, 'a letter has failed and waits for a person');
  return end;
}

async function attempt(deps: SendLettersDependencies, letter: TakenLetter): Promise<LetterEnd> {
  const { id, kind, attempts } = letter;
  const { subject, answer } = await mail(deps, letter);
  if (answer.kind === 'taken') return { kind: 'sent', subject };
  deps.log.warn({ letter: id, kind, attempts, reason: answer.reason }, 'a letter was not taken');
  const pauseMs = noticePauseMs(attempts);
  return pauseMs === null ? { kind: 'failed' } : { kind: 'again', dueAt: new Date(deps.now().getTime() + pauseMs) };
}

/** One that cannot be written is put off like one that is not taken, so that it keeps no other waiting. */
async function mail(
  { mailer, noticeLinks }: SendLettersDependencies,
  { id, kind, facts, organisation, recipient, attachment, createdAt }: TakenLetter,
): Promise<{ readonly subject: string; readonly answer: MailAnswer }> {
  try {
    const words = organisationLetterWords(kind, facts);
    const letter = letterOf({ words, firstName: organisation, memberRef: '', links: noticeLinks });
    const to = { name: organisation, address: recipient };
    const attached = attachment === null ? {} : { attachments: [attachment] };
    const answer = await mailer.send({ ...letter, ...attached, id, to, at: new Date(createdAt) });
    return { subject: letter.subject, answer };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'the letter could not be written';
    return { subject: '', answer: { kind: 'not_taken', reason } };
  }
}
