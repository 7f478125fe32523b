import { setTimeout } from 'node:timers/promises';
import type { FinanceDesk, ToldFinance } from './finance-desk.ts';
import type { AffairStep } from './plan-affairs.ts';

const why = { description: 'Correction', reason: 'counted again' };

/** Does what a plan says of clubs while their month is settled, as the clubs themselves and as administrators. */
export async function tendAffairs(desk: FinanceDesk): Promise<void> {
  const tend = async ({ afterMs, step }: { readonly afterMs: number; readonly step: AffairStep }): Promise<void> => {
    await setTimeout(afterMs);
    await take(desk, step);
  };
  await Promise.all(desk.monthEnd.plan.affairs.map(tend));
}

function take(desk: FinanceDesk, step: AffairStep): Promise<unknown> {
  const club = desk.clubAt(step.club);
  const { member } = desk.monthEnd;
  switch (step.do) {
    case 'adjust':
      return adjust(desk, club, step.amountMinor);
    case 'write_off':
      return writeOff(desk, club, step);
    case 'paid_by_hand':
      return desk.post('paid by hand', '/v1/manual-settlements', {
        ...{ organisation: club, amount: aud(step.amountMinor), reason: 'paid by cheque' },
      });
    case 'to_club':
      return transfer(desk, club, { to: { organisation: desk.clubAt(step.to) }, amount: aud(step.amountMinor) });
    case 'to_member':
      return transfer(desk, club, { to: { member }, amount: aud(step.amountMinor), reason: step.reason });
    case 'top_up':
      return topUp(desk, club, step);
    case 'give_back':
      return desk.post('give back', '/v1/internal-refunds', {
        ...{ organisation: club, kind: 'session', subject: `session-${club}`, currency: 'AUD' },
        ...{ lines: step.amountsMinor.map((amount) => ({ member, amount })), description: 'Cancelled' },
      });
    case 'earn':
      return desk.post('pay the club', '/v1/payments', {
        ...{ member, to: { organisation: club }, amount: aud(step.amountMinor), description: 'Table money' },
      });
  }
}

function adjust(desk: FinanceDesk, organisation: string, amountMinor: number) {
  return desk.post('adjust', '/v1/adjustments', { holder: { organisation }, amount: aud(amountMinor), ...why });
}

async function writeOff(
  desk: FinanceDesk,
  organisation: string,
  { debtMinor, amountMinor }: { readonly debtMinor: number; readonly amountMinor: number },
): Promise<void> {
  await adjust(desk, organisation, -debtMinor);
  await desk.post('write off', '/v1/write-offs', { holder: { organisation }, amount: aud(amountMinor), ...why });
}

function transfer(desk: FinanceDesk, club: string, body: object) {
  return desk.post('transfer', `/v1/organisations/${club}/transfers`, { description: 'Prize money', ...body });
}

async function topUp(
  desk: FinanceDesk,
  club: string,
  { amountMinor, isTakenBack }: { readonly amountMinor: number; readonly isTakenBack: boolean },
): Promise<void> {
  const path = `/v1/organisations/${club}/member-top-ups`;
  const body = { member: desk.monthEnd.member, amount: aud(amountMinor), description: 'Welcome' };
  const { status, body: made } = await desk.post<ToldFinance>('top a member up', path, body);
  if (status !== 201 || !isTakenBack) return;
  await desk.post('take a top-up back', `${path}/${made.id}/reversal`, { description: 'By mistake' });
}

function aud(amount: number): object {
  return { amount, currency: 'AUD' };
}
