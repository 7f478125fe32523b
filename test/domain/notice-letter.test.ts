import { describe, expect, it } from '@jest/globals';
import { isSentByEmail, type NoticeKind } from '../../src/domain/members/notice.ts';
import { letterOf } from '../../src/domain/members/notice-letter.ts';
import { noticeAttempts, noticePauseMs } from '../../src/domain/members/notice-schedule.ts';
import { inAppText, wordsOf } from '../../src/domain/members/notice-words.ts';

const links = {
  set_up: 'https://host.example/{member}/card?a=1&b=2',
  statement: 'https://host.example/{member}/statement',
  settings: 'https://host.example/{member}/settings',
  top_up: 'https://host.example/{member}/top-up',
  pay_now: 'https://host.example/{member}/pay',
};
const letter = (kind: NoticeKind, facts: Record<string, string | number | boolean>, otherName = 'Betty <b>') =>
  letterOf({
    words: wordsOf(kind, { facts: { currency: 'AUD', ...facts }, otherName }),
    ...{ firstName: 'Alan', memberRef: 'm/1 "x"', links },
  });

describe('the words of a notice', () => {
  it('are those that members know', () => {
    const facts = { amountMinor: 5_000, balanceMinor: 1_500, organisation: 'Rival Club' };
    const kinds: [NoticeKind, string][] = [
      ['auto_top_up_succeeded', 'Auto top up successful'],
      ['auto_top_up_failed', 'Auto Top Up Failure'],
      ['low_balance', 'Low Balance Warning'],
      ['transfer_sent', 'Transfer to Betty <b>'],
      ['transfer_received', 'Transfer from Betty <b>'],
      ['card_refund', 'Card Refund'],
      ['card_refund_failed', 'Card Refund Failure'],
      ['late_card_money', 'Late Card Payment'],
      ['manual_adjustment', 'Manual Adjustment'],
      ['iou_created', 'Pending Payment to Rival Club'],
      ['iou_reminder', 'Reminder: Pending Payment to Rival Club'],
    ];
    for (const [kind, subject] of kinds) {
      const { subject: written, text } = letter(kind, facts);
      expect([written, text.includes(kind === 'low_balance' ? '15.00 AUD' : '50.00 AUD')]).toEqual([subject, true]);
    }
  });

  it('say that a card failed, why, and that top-ups are disabled only when they are', () => {
    const facts = { amountMinor: 10_000, message: 'Your card was declined.' };
    const disabled = letter('auto_top_up_failed', { ...facts, isDisabled: true }).text;
    expect(disabled).toContain('100.00 AUD');
    expect(disabled).toContain('Your card was declined.');
    expect(disabled).toContain('disabled');
    expect(letter('auto_top_up_failed', { ...facts, isDisabled: false }).text).not.toContain('disabled');
  });

  it('say of a card refund what the card gets, who made it, and how long it takes', () => {
    expect(letter('card_refund', { amountMinor: 9_500 }).text).toContain('95.00 AUD is on its way to your card.');
    const { text } = letter('card_refund', { amountMinor: 9_500, by: 'Ann Admin', description: 'Cancelled congress' });
    expect(text).toContain('Ann Admin has refunded 95.00 AUD to your card.');
    expect(text).toContain('up to two weeks');
    expect(text).toContain('Cancelled congress');
  });

  it('in the app are cut at 100 characters', () => {
    const description = 'x'.repeat(200);
    const words = wordsOf('transfer_sent', {
      facts: { amountMinor: 1, currency: 'AUD', description },
      otherName: 'Bo',
    });
    expect(inAppText(words)).toHaveLength(100);
    expect(inAppText(words)).toMatch(/^You have transferred 0\.01 AUD to Bo\. Description: x+$/);
  });

  it('have everything from outside escaped in HTML, and the member in links', () => {
    const { html, text } = letter('auto_top_up_failed', { amountMinor: 1, message: `<img src="x" onerror='y'> & co` });
    expect(html).toContain('&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt; &amp; co');
    expect(html).not.toContain('<img');
    expect(html).toContain('<a href="https://host.example/m%2F1%20%22x%22/card?a=1&amp;b=2">');
    expect(text).toContain('https://host.example/m%2F1%20%22x%22/card?a=1&b=2');
  });
});

describe('who gets a notice by e-mail', () => {
  const reader = { email: 'a@host.example', isSystem: false, wantsPaymentsEmail: true };

  it('is who has an address, is no account of the house, and did not say no to this kind', () => {
    expect(isSentByEmail('transfer_sent', reader)).toBe(true);
    expect(isSentByEmail('transfer_sent', { ...reader, email: null })).toBe(false);
    expect(isSentByEmail('auto_top_up_failed', { ...reader, isSystem: true })).toBe(false);
    const quiet = { ...reader, wantsPaymentsEmail: false };
    const kinds = ['transfer_sent', 'transfer_received', 'card_refund', 'card_refund_failed'] as const;
    expect(kinds.map((kind) => isSentByEmail(kind, quiet))).toEqual([false, false, false, true]);
    expect(isSentByEmail('auto_top_up_failed', quiet)).toBe(true);
  });
});

describe('a notice that cannot be sent', () => {
  it('is tried again after a minute, later after six hours, and given up after about two days', () => {
    const pauses = Array.from({ length: noticeAttempts }, (_, index) => noticePauseMs(index + 1));
    expect([pauses[0], pauses.at(-2), pauses.at(-1)]).toEqual([60_000, 21_600_000, null]);
    const hours = pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) / 3_600_000;
    expect(hours).toBeGreaterThan(48);
    expect(hours).toBeLessThan(54);
  });
});
