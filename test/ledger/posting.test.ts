import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { adjustmentsAccount, organisationAccount } from '../../src/domain/ledger-account.ts';
import { memberDescriptionLengthMax } from '../../src/domain/ledger.ts';
import { money, type MinorUnits } from '../../src/domain/money.ts';
import { readBalance, readBalanceAt } from '../../src/ledger/balance.read.ts';
import { readEntries } from '../../src/ledger/entries.read.ts';
import type { LedgerAccountRef } from '../../src/domain/ledger-account.ts';
import {
  aud,
  give,
  member,
  openBook,
  organisation,
  posted,
  refused,
  stripe,
  transfer,
  type TestBook,
} from '../support/book.ts';

let book: TestBook;
beforeAll(async () => {
  book = await openBook();
});
afterAll(async () => {
  await book.close();
});

/** Posts ±`amountMinor` to `account` by a kind that may overdraw, as POST rows do. */
function adjust(opKey: string, account: LedgerAccountRef, amountMinor: number) {
  const [from, to] = amountMinor > 0 ? [adjustmentsAccount('AUD'), account] : [account, adjustmentsAccount('AUD')];
  return book.poster.post(transfer({ opKey, from, to, amount: aud(Math.abs(amountMinor)), kind: 'adjustment' }));
}

async function lastEntry(account: LedgerAccountRef) {
  const { entries } = await readEntries(book.reader, { code: account.code, limit: 1 });
  return entries[0];
}

describe('posting', () => {
  it('[POST-01] an account without entries has nothing', async () => {
    const nobody = member('post01');
    expect(await readBalance(book.reader, nobody.code)).toBeNull();
    await book.poster.releaseHold({ holdOpKey: 'no-such-hold', account: nobody, opKey: 'post01' });
    expect((await readBalance(book.reader, nobody.code))?.balance).toEqual(aud(0));
    expect(await readBalanceAt(book.reader, nobody.code, '2100-01-01T00:00:00Z')).toEqual(aud(0));
  });

  it('[POST-02] plus 50.00 on nothing makes an entry of 50.00 with 50.00 after it', async () => {
    posted(await adjust('post02', member('post02'), 5000));
    expect(await lastEntry(member('post02'))).toMatchObject({ amount: aud(5000), balanceAfter: aud(5000), seq: 1 });
  });

  it('[POST-03] [C31] minus 30.00 of 100.00 leaves 70.00', async () => {
    await give(book.poster, member('post03'), 10_000);
    posted(
      await book.poster.post(
        transfer({ opKey: 'post03', from: member('post03'), to: organisation('o3'), amount: aud(3000) }),
      ),
    );
    expect(await lastEntry(member('post03'))).toMatchObject({ amount: aud(-3000), balanceAfter: aud(7000), seq: 2 });
  });

  it('[POST-04] minus 30.00 of 10.00 leaves -20.00 for a kind that may overdraw', async () => {
    await give(book.poster, member('post04'), 1000);
    posted(await adjust('post04', member('post04'), -3000));
    expect(await lastEntry(member('post04'))).toMatchObject({ amount: aud(-3000), balanceAfter: aud(-2000) });
  });

  it.each([
    ['a member', member('post05')],
    ['an organisation', organisation('post05')],
  ])(
    '[POST-05] [C31] 5 parallel workers posting 1.00 ten times make exactly 50 entries for %s, 1.00 to 50.00 in order',
    async (_who, account) => {
      const workers = Array.from({ length: 5 }, () => book.anotherPoster());
      const work = workers.map(async (poster, worker) => {
        for (let n = 0; n < 10; n += 1) {
          const opKey = `post05-${account.kind}-${worker}-${n}`;
          posted(
            await poster.post(transfer({ opKey, from: stripe(), to: account, amount: aud(100), kind: 'card-in' })),
          );
        }
      });
      await Promise.all(work);
      const { entries } = await readEntries(book.reader, { code: account.code, limit: 100 });
      const balances = entries.map((entry) => Number(entry.balanceAfter.amountMinor)).reverse();
      expect(balances).toEqual(Array.from({ length: 50 }, (_, index) => (index + 1) * 100));
    },
  );

  it('[POST-06] a description of 100 characters is shown with 80 to the member and whole to the organisation', async () => {
    const description = 'd'.repeat(100);
    await give(book.poster, member('post06'), 1000);
    const [from, to] = [member('post06'), organisation('post06')];
    posted(await book.poster.post(transfer({ opKey: 'post06', from, to, amount: aud(100), description })));
    expect((await lastEntry(member('post06')))?.description).toBe('d'.repeat(memberDescriptionLengthMax));
    expect((await lastEntry(organisation('post06')))?.description).toBe(description);
  });
});

describe('a posting', () => {
  it('is given a reference for people, an id, and the time of recording', async () => {
    const result = posted(await adjust('named', member('named'), 100));
    expect(result.reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(result.transactionId).toMatch(/^ltx_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(result.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(result.replayed).toBe(false);
  });

  it('asked for twice has one effect, and the second answer is the first', async () => {
    const first = posted(await adjust('twice', member('twice'), 100));
    expect(await adjust('twice', member('twice'), 100)).toEqual({ ...first, replayed: true });
    expect(await book.account(member('twice'))).toEqual({ balance: 100, held: 0, entries: 1 });
  });

  it('asked for many times at once has one effect', async () => {
    const poster = book.anotherPoster();
    const asked = Array.from({ length: 40 }, (_, n) => {
      const one = {
        opKey: 'at-once',
        from: stripe(),
        to: member('at-once'),
        amount: aud(100),
        kind: 'card-in',
      } as const;
      return (n % 2 === 0 ? book.poster : poster).post(transfer(one));
    });
    const results = (await Promise.all(asked)).map(posted);
    expect(results.filter((result) => !result.replayed)).toHaveLength(1);
    expect(new Set(results.map((result) => result.transactionId)).size).toBe(1);
    expect(await book.account(member('at-once'))).toMatchObject({ balance: 100, entries: 1 });
  });

  it('under a used key with another content is refused, and the book stays as it was', async () => {
    posted(await adjust('reused', member('reused'), 100));
    expect(refused(await adjust('reused', member('reused'), 101)).code).toBe('op_key_conflict');
    expect(refused(await adjust('reused', member('reused-by-another'), 100)).code).toBe('op_key_conflict');
    expect(await book.account(member('reused'))).toMatchObject({ balance: 100, entries: 1 });
  });

  it('that succeeded is a replay also when the money is gone by now', async () => {
    await give(book.poster, member('spent'), 1000);
    const spend = transfer({ opKey: 'spend-1', from: member('spent'), to: organisation('o'), amount: aud(1000) });
    posted(await book.poster.post(spend));
    expect(posted(await book.poster.post(spend)).replayed).toBe(true);
  });

  it('that was refused can be asked for again once there is money: only success is remembered', async () => {
    const spend = transfer({ opKey: 'patient', from: member('patient'), to: organisation('o'), amount: aud(1000) });
    expect(refused(await book.poster.post(spend)).code).toBe('insufficient_funds');
    await give(book.poster, member('patient'), 1000);
    expect(posted(await book.poster.post(spend)).replayed).toBe(false);
  });

  it('may take an account exactly to its floor, and not one cent below', async () => {
    await give(book.poster, member('floor'), 1000);
    const spend = (opKey: string, amountMinor: number) =>
      book.poster.post(transfer({ opKey, from: member('floor'), to: organisation('o'), amount: aud(amountMinor) }));
    expect(refused(await spend('floor-1', 1001)).code).toBe('insufficient_funds');
    posted(await spend('floor-2', 1000));
    expect(refused(await spend('floor-3', 1)).code).toBe('insufficient_funds');
  });

  it('may go below the floor as far as its limit where the kind is limited', async () => {
    const refund = (opKey: string, amountMinor: number) => ({
      ...transfer({
        opKey,
        from: organisation('event'),
        to: member('player'),
        amount: aud(amountMinor),
        kind: 'event-refund',
      }),
      overdraftLimitMinor: 500,
    });
    expect(refused(await book.poster.post(refund('event-1', 501))).code).toBe('insufficient_funds');
    posted(await book.poster.post(refund('event-2', 500)));
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('of %d is refused', async (amountMinor) => {
    const amount = { amountMinor: amountMinor as MinorUnits, currency: 'AUD' } as const;
    const label = { type: 'Miscellaneous', counterparty: null } as const;
    const legs = [
      { account: stripe(), side: 'debit', amount, ...label },
      { account: member('odd'), side: 'credit', amount, ...label },
    ] as const;
    const transaction = {
      ...transfer({ opKey: `odd-${amountMinor}`, from: stripe(), to: member('odd'), amount: aud(1) }),
      legs,
    };
    expect(refused(await book.poster.post(transaction)).code).toBe('amount_invalid');
  });

  it('without legs, or with sides that differ, is refused', async () => {
    const whole = transfer({ opKey: 'lame', from: stripe(), to: member('lame'), amount: aud(100) });
    expect(refused(await book.poster.post({ ...whole, legs: [] })).code).toBe('unbalanced');
    expect(refused(await book.poster.post({ ...whole, legs: whole.legs.slice(0, 1) })).code).toBe('unbalanced');
  });

  it('in two currencies must be balanced in each', async () => {
    const inAud = transfer({ opKey: 'mixed', from: stripe(), to: member('mixed'), amount: aud(100) });
    const euros = { ...inAud.legs[1]!, account: organisationAccount('mixed', 'EUR'), amount: money(100, 'EUR') };
    expect(refused(await book.poster.post({ ...inAud, legs: [inAud.legs[0]!, euros] })).code).toBe('unbalanced');
  });

  it('in a currency that is not the account’s is refused', async () => {
    const whole = transfer({ opKey: 'foreign', from: stripe(), to: member('foreign'), amount: money(100, 'EUR') });
    expect(refused(await book.poster.post(whole)).code).toBe('currency_mismatch');
  });

  it('to a closed account is refused', async () => {
    await give(book.poster, member('closed'), 100);
    await book.database.query(
      "UPDATE ledger_account SET closed_at = UTC_TIMESTAMP(6) WHERE code = 'member/closed/AUD'",
    );
    expect(refused(await adjust('closed', member('closed'), 100)).code).toBe('account_closed');
  });

  it('that would count past what is exact is refused', async () => {
    await give(book.poster, member('rich'), Number.MAX_SAFE_INTEGER - 10_000_000_000);
    expect(refused(await adjust('richer', member('rich'), 20_000_000_000)).code).toBe('amount_invalid');
  });

  it('is recorded no earlier than the last entry of its accounts, whatever the clock did', async () => {
    await give(book.poster, member('ahead'), 100);
    // As a clock that was set back would leave it.
    await book.database.query(
      "UPDATE ledger_account SET last_recorded_at = '2099-01-01 00:00:00.000001' WHERE code = 'member/ahead/AUD'",
    );
    const spend = transfer({ opKey: 'ahead', from: member('ahead'), to: organisation('ahead'), amount: aud(100) });
    expect(posted(await book.poster.post(spend)).recordedAt).toBe('2099-01-01T00:00:00.000001Z');
  });

  it('whose reference was given out before gets another one', async () => {
    const references = ['AAAA-BBBB-CCCC', 'AAAA-BBBB-CCCC', 'DDDD-EEEE-FFFF'];
    const poster = book.anotherPoster({ identity: { newReference: () => references.shift() ?? '' } });
    const ask = (opKey: string) =>
      poster.post(transfer({ opKey, from: stripe(), to: member('referred'), amount: aud(1), kind: 'card-in' }));
    expect(posted(await ask('referred-1')).reference).toBe('AAAA-BBBB-CCCC');
    expect(posted(await ask('referred-2')).reference).toBe('DDDD-EEEE-FFFF');
  });

  it('with a malformed key, time or description is our own bug and throws', async () => {
    const whole = transfer({ opKey: 'bug', from: stripe(), to: member('bug'), amount: aud(1) });
    await expect(book.poster.post({ ...whole, opKey: '' })).rejects.toThrow('Not an op_key');
    await expect(book.poster.post({ ...whole, opKey: 'x'.repeat(81) })).rejects.toThrow('Not an op_key');
    await expect(book.poster.post({ ...whole, opKey: 'ö' })).rejects.toThrow('Not an op_key');
    await expect(book.poster.post({ ...whole, occurredAt: '2026-03-01' })).rejects.toThrow('Not a time');
    await expect(book.poster.post({ ...whole, description: 'x'.repeat(501) })).rejects.toThrow('at most 500');
  });
});

describe('members of whom one is locked', () => {
  it('[W-04] post beside each other: only who shares an account waits', async () => {
    await give(book.poster, member('locked'), 1_000);
    await give(book.poster, member('free'), 1_000);
    const pay = (id: string) =>
      book.poster.post(
        transfer({ opKey: `w04-${id}`, from: member(id), to: organisation(`club-${id}`), amount: aud(100) }),
      );
    const other = await createConnection({ uri: book.database.url.replace(/^mariadb:/, 'mysql:') });
    await other.query('BEGIN');
    await other.query('SELECT id FROM ledger_account WHERE code = ? FOR UPDATE', [member('locked').code]);
    let isDone = false;
    const waiting = pay('locked').finally(() => (isDone = true));
    posted(await pay('free'));
    expect(isDone).toBe(false);
    await other.query('ROLLBACK');
    await other.end();
    expect((await waiting).kind).toBe('posted');
  });
});
