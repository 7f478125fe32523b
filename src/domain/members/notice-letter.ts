import { amountText } from './notice.ts';
import type { NoticeLink, NoticeWords } from './notice-words.ts';

/** The host's pages, each a template in which `{member}` stands for the member (decisions D15). */
export type NoticeLinks = { readonly [L in NoticeLink]: string };

/** A row of the member's statement as a letter shows it; `amountMinor` with the member's own sign. */
export interface LetterRow {
  readonly day: string;
  readonly counterparty: string;
  readonly description: string;
  readonly amountMinor: number;
}

/** How a member stands when they are warned of a low balance. */
export interface Standing {
  readonly currency: string;
  /** The newest first. */
  readonly rows: readonly LetterRow[];
  /** How many members are topped up automatically. */
  readonly autoTopUpMembers: number;
}

/** Everything that a letter is written from. */
export interface LetterMatter {
  readonly words: NoticeWords;
  readonly firstName: string;
  /** What stands for the member in links: the host's own reference, else our id. */
  readonly memberRef: string;
  readonly links: NoticeLinks;
  readonly standing?: Standing;
}

/** A letter in both forms; `html` has everything from outside escaped. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const linkTitles: { readonly [L in NoticeLink]: string } = {
  set_up: 'Set up automatic top-ups',
  statement: 'See your statement',
  settings: 'Change your settings',
  top_up: 'Top up now',
  pay_now: 'Pay now',
};

/** Writes a notice as an e-mail. */
export function letterOf(matter: LetterMatter): Letter {
  const { words, firstName, standing } = matter;
  const paragraphs = [`Dear ${firstName},`, ...words.paragraphs];
  const links = words.links.map((link) => ({ title: linkTitles[link], url: urlOf(matter, link) }));
  const parts = { paragraphs, links, standing: standing ?? null };
  return { subject: words.subject, text: textOf(parts), html: htmlOf(parts) };
}

interface Parts {
  readonly paragraphs: readonly string[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly standing: Standing | null;
}

function urlOf({ links, memberRef }: LetterMatter, link: NoticeLink): string {
  return links[link].replaceAll('{member}', encodeURIComponent(memberRef));
}

function textOf({ paragraphs, links, standing }: Parts): string {
  const rows = standing?.rows.map((row) => cellsOf(row, standing).join('  ')) ?? [];
  return [
    ...paragraphs,
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
    ...(standing === null ? [] : [company(standing)]),
    links.map(({ title, url }) => `${title}: ${url}`).join('\n'),
    '',
  ].join('\n\n');
}

function htmlOf({ paragraphs, links, standing }: Parts): string {
  const body = [
    ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(standing === null ? [] : [tableOf(standing), `<p>${escaped(company(standing))}</p>`]),
    ...links.map(({ title, url }) => `<p><a href="${escaped(url)}">${escaped(title)}</a></p>`),
  ];
  return `<!doctype html>\n<html>\n<body>\n${body.join('\n')}\n</body>\n</html>\n`;
}

function tableOf(standing: Standing): string {
  const rows = standing.rows.map((row) => cellsOf(row, standing).map((cell) => `<td>${escaped(cell)}</td>`));
  return `<table>\n${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n')}\n</table>`;
}

function cellsOf({ day, counterparty, description, amountMinor }: LetterRow, { currency }: Standing): string[] {
  return [day, counterparty, description, amountText(amountMinor, currency)];
}

function company({ autoTopUpMembers: members }: Standing): string {
  return members === 1 ? '1 member uses automatic top-ups.' : `${members} members use automatic top-ups.`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
