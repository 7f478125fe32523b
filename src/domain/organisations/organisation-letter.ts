import { amountFact, textFact, type NoticeFacts } from '../members/notice.ts';
import type { NoticeWords } from '../members/notice-words.ts';

/** What organisations are told by e-mail; each is a row that travels with the change that it tells of. */
export type OrganisationLetterKind = 'bank_details_changed' | 'contact_changed' | 'payout' | 'transfer_received';

/** Whether a letter of `kind` may go to another contact than it was written to: a warning of a change may not. */
export function followsContact(kind: OrganisationLetterKind): boolean {
  return kind === 'payout' || kind === 'transfer_received';
}

const subjectLengthMax = 200;

const writers: { readonly [K in OrganisationLetterKind]: (facts: NoticeFacts) => NoticeWords } = {
  bank_details_changed: (facts) => ({
    subject: 'Bank Details Changed',
    paragraphs: [
      `The bank account for payouts in ${said(facts, 'currency')} was changed to ${said(facts, 'masked')}.`,
      `Changed by: ${said(facts, 'by')}`,
      'If nobody of yours did this, tell us at once.',
    ],
    links: [],
  }),
  contact_changed: (facts) => ({
    subject: 'Contact Changed',
    paragraphs: [
      `What concerns your money is told to ${said(facts, 'email')} from now on.`,
      `Changed by: ${said(facts, 'by')}`,
      'If nobody of yours did this, tell us at once.',
    ],
    links: [],
  }),
  payout: (facts) => ({ subject: said(facts, 'subject'), paragraphs: [said(facts, 'text')], links: [] }),
  transfer_received: (facts) => ({
    subject: `Transfer from ${said(facts, 'organisation')}`,
    paragraphs: [
      `${said(facts, 'organisation')} has transferred ${amountFact(facts)} to you.`,
      `Description: ${said(facts, 'description')}`,
      `Sent by: ${said(facts, 'by')}`,
    ],
    links: [],
  }),
};

/** The words of a letter of `kind` to an organisation. */
export function organisationLetterWords(kind: OrganisationLetterKind, facts: NoticeFacts): NoticeWords {
  const words = writers[kind](facts);
  return { ...words, subject: Array.from(words.subject).slice(0, subjectLengthMax).join('') };
}

function said(facts: NoticeFacts, name: string): string {
  return textFact(facts, name) ?? 'unknown';
}
