import { amountFact, textFact, type NoticeFacts, type NoticeKind } from './notice.ts';

/** Pages of the host that a notice may lead to (decisions D15). */
export type NoticeLink = 'set_up' | 'statement' | 'settings' | 'top_up' | 'pay_now';

/** A notice in words, the same in the app and by e-mail. */
export interface NoticeWords {
  readonly subject: string;
  /** The first says it all: it is what the app shows. */
  readonly paragraphs: readonly string[];
  readonly links: readonly NoticeLink[];
}

/** What the words are made of; `otherName` is the other member's of a transfer. */
export interface NoticeMatter {
  readonly facts: NoticeFacts;
  readonly otherName: string | null;
}

const subjectLengthMax = 200;
const inAppLengthMax = 100;

const writers: { readonly [K in NoticeKind]: (matter: NoticeMatter) => NoticeWords } = {
  auto_top_up_succeeded: ({ facts }) => ({
    subject: 'Auto top up successful',
    paragraphs: [`Your card was charged ${amountFact(facts)}, which is in your balance now.`],
    links: ['statement', 'settings'],
  }),
  auto_top_up_failed: autoTopUpFailed,
  card_expiring: ({ facts }) => ({
    subject: 'Card Expiring',
    paragraphs: [
      `Your card ending in ${textFact(facts, 'last4') ?? ''} expires at the end of ${textFact(facts, 'expires') ?? ''}.`,
      'Save another one, so that automatic top-ups go on.',
    ],
    links: ['set_up'],
  }),
  low_balance: ({ facts }) => ({
    subject: 'Low Balance Warning',
    paragraphs: [
      `Your balance is low: ${amountFact(facts, 'balanceMinor')}.`,
      'You can top it up, or let your card do so automatically.',
    ],
    links: ['top_up', 'set_up', 'statement', 'settings'],
  }),
  transfer_sent: ({ facts, otherName }) => ({
    subject: `Transfer to ${nameOr(otherName)}`,
    paragraphs: [`You have transferred ${amountFact(facts)} to ${nameOr(otherName)}.`, ...described(facts)],
    links: ['statement'],
  }),
  transfer_received: ({ facts, otherName }) => ({
    subject: `Transfer from ${nameOr(otherName)}`,
    paragraphs: [`${nameOr(otherName)} has transferred ${amountFact(facts)} to you.`, ...described(facts)],
    links: ['statement'],
  }),
  organisation_paid: ({ facts }) => {
    const club = textFact(facts, 'organisation') ?? 'a club';
    const by = textFact(facts, 'by');
    return {
      subject: `Transfer from ${club}`,
      paragraphs: [
        `${club} has transferred ${amountFact(facts)} to you.`,
        ...described(facts),
        ...(by === null ? [] : [`Sent by: ${by}`]),
      ],
      links: ['statement'],
    };
  },
  card_refund: cardRefund,
  card_refund_failed: ({ facts }) => ({
    subject: 'Card Refund Failure',
    paragraphs: [
      `A refund of ${amountFact(facts)} to your card failed. The money is in your balance again.`,
      ...told(facts),
      ...described(facts),
    ],
    links: ['statement'],
  }),
  late_card_money: ({ facts }) => ({
    subject: 'Late Card Payment',
    paragraphs: [`${amountFact(facts)} from your card came late and is in your balance now. Nothing was paid with it.`],
    links: ['statement'],
  }),
  manual_adjustment: ({ facts }) => ({
    subject: 'Manual Adjustment',
    paragraphs: [`Your balance was adjusted by ${amountFact(facts)}.`, ...described(facts)],
    links: ['statement'],
  }),
  iou_created: (matter) => owing(matter, 'Pending Payment to'),
  iou_reminder: (matter) => owing(matter, 'Reminder: Pending Payment to'),
};

/** The words of a notice of `kind` (cobalt.md 2.22). */
export function wordsOf(kind: NoticeKind, matter: NoticeMatter): NoticeWords {
  const words = writers[kind](matter);
  return { ...words, subject: cut(words.subject, subjectLengthMax) };
}

/** What the app shows of a notice. */
export function inAppText({ paragraphs }: NoticeWords): string {
  return cut(paragraphs.join(' '), inAppLengthMax);
}

function autoTopUpFailed({ facts }: NoticeMatter): NoticeWords {
  const consequence =
    facts['isDisabled'] === true
      ? 'Automatic top-ups are disabled now. Set a card up to turn them on again.'
      : 'Automatic top-ups stay on, and your card is left alone for a while. You can set another card up.';
  return {
    subject: 'Auto Top Up Failure',
    paragraphs: [`Your card could not be charged ${amountFact(facts)}.`, ...told(facts), consequence],
    links: ['set_up'],
  };
}

function cardRefund({ facts }: NoticeMatter): NoticeWords {
  const by = textFact(facts, 'by');
  const amount = amountFact(facts);
  const first = by === null ? `${amount} is on its way to your card.` : `${by} has refunded ${amount} to your card.`;
  return {
    subject: 'Card Refund',
    paragraphs: [first, 'It can take up to two weeks.', ...described(facts), ...told(facts)],
    links: ['statement'],
  };
}

function owing({ facts }: NoticeMatter, title: string): NoticeWords {
  const club = textFact(facts, 'organisation') ?? 'a club';
  const due = textFact(facts, 'dueAt');
  const by = due === null ? '' : `, to be paid by ${due.slice(0, 'YYYY-MM-DD'.length)}`;
  return {
    subject: `${title} ${club}`,
    paragraphs: [`You owe ${club} ${amountFact(facts)}${by}.`, ...described(facts)],
    links: ['pay_now'],
  };
}

function nameOr(name: string | null): string {
  return name ?? 'another member';
}

function described(facts: NoticeFacts): readonly string[] {
  const description = textFact(facts, 'description');
  return description === null ? [] : [`Description: ${description}`];
}

/** What the bank or the processor said, in its own words. */
function told(facts: NoticeFacts): readonly string[] {
  const message = textFact(facts, 'message');
  return message === null ? [] : [message];
}

function cut(text: string, length: number): string {
  return Array.from(text).slice(0, length).join('');
}
