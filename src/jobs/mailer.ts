import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Letter } from '../domain/members/notice-letter.ts';

/** One e-mail; the same `id` is the same message, however often it is sent. */
export interface Mail extends Letter {
  readonly id: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly at: Date;
  readonly attachments?: readonly { readonly name: string; readonly content: Buffer }[];
}

/** A reason is a code, never the server's words: those quote addresses, which no log may hold. */
export type MailAnswer = { readonly kind: 'taken' } | { readonly kind: 'not_taken'; readonly reason: string };

export interface Mailer {
  /** Never throws: what went wrong is the answer's reason. */
  send(mail: Mail): Promise<MailAnswer>;
  close(): void;
}

export interface MailerOptions {
  /** `smtp://` or `smtps://`; without it mails are written to `outboxDir`. */
  readonly smtpUrl: string | undefined;
  readonly outboxDir: string;
  /** `Name <address>` */
  readonly from: string;
}

/** A server that says nothing for so long is away. */
const silenceMs = 15_000;

/** Sends by SMTP where a server is configured, else leaves each mail as a file that a person can open. */
export function createMailer(options: MailerOptions): Mailer {
  return options.smtpUrl === undefined ? outboxMailer(options) : smtpMailer(options, options.smtpUrl);
}

function smtpMailer({ from }: MailerOptions, url: string): Mailer {
  const patience = { connectionTimeout: silenceMs, greetingTimeout: silenceMs, socketTimeout: silenceMs };
  const transport = createTransport({ url, pool: true, ...patience });
  return {
    send: (mail) => answerTo(() => transport.sendMail(messageOf(mail, from))),
    close: () => {
      transport.close();
    },
  };
}

/** A file named by the mail is linked when it is whole, so it is there once and never in part. */
function outboxMailer({ from, outboxDir }: MailerOptions): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const write = async (mail: Mail): Promise<void> => {
    const { message } = await transport.sendMail(messageOf(mail, from));
    const draft = join(outboxDir, `.${mail.id}-${process.pid}.draft`);
    await mkdir(outboxDir, { recursive: true });
    await writeFile(draft, message);
    try {
      await link(draft, join(outboxDir, `${mail.id}.eml`));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      await rm(draft, { force: true });
    }
  };
  return { send: (mail) => answerTo(() => write(mail)), close: () => undefined };
}

async function answerTo(send: () => Promise<unknown>): Promise<MailAnswer> {
  try {
    await send();
    return { kind: 'taken' };
  } catch (error) {
    return { kind: 'not_taken', reason: codeOf(error) };
  }
}

/** Two sendings of one notice are one message to whoever compares `Message-ID`. */
function messageOf({ id, to, at, subject, text, html, attachments = [] }: Mail, from: string) {
  const host = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  const files = attachments.map(({ name, content }) => ({ filename: name, content }));
  return { from, to, subject, text, html, attachments: files, date: at, messageId: `<${id}@${host}>` };
}

function codeOf(error: unknown): string {
  const { code, responseCode } = typeof error === 'object' && error !== null ? (error as Failure) : {};
  return [code, responseCode].filter((part) => part !== undefined).join(' ') || 'unknown';
}

interface Failure {
  readonly code?: string;
  readonly responseCode?: number;
}
