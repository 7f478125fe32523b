import { declined, declines, type Decline, type Verdict } from './declines.ts';

/** A card the reader may be shown (terminal.md 5.6). */
export interface TestCard {
  number: string;
  brand: string;
  funding: 'credit' | 'debit' | 'prepaid';
  country: string;
  family: 'card_present' | 'interac_present';
  verdict: Verdict;
  /** After which number of refusals the card asks for no more: strong authentication at the terminal. */
  firstTap?: { refusal: Decline; cure: 'insert' | 'pin' };
  refundFails?: boolean;
}

export type ReadMethod = 'contactless_emv' | 'contact_emv';

/** One presentation of a card, as far as the issuer's answer depends on it. */
export interface Presentation {
  card: TestCard;
  amountMinor: number;
  readMethod: ReadMethod;
  /** Refusals of this kind the intent has seen before. */
  pinRefusals: number;
  amountEndings: 'standard_card' | 'all_cards' | 'off';
}

export const standardCard = '4242424242424242';
export const interacCard = '4506445006931933';

const insertAndPin: Decline = {
  ...declined('offline_pin_required'),
  message: 'The card requires a PIN: insert it and enter the PIN.',
};
const onlinePin: Decline = {
  ...declined('online_or_offline_pin_required'),
  message: 'The card requires a PIN.',
};

/** The last two digits of the amount decide (terminal.md 5.6); an ending not listed approves. */
const amountEndings: Record<number, Decline> = {
  1: declined('call_issuer'),
  2: insertAndPin,
  3: onlinePin,
  5: declined('generic_decline'),
  55: { ...declined('incorrect_pin'), message: 'The PIN is incorrect.' },
  65: declined('withdrawal_count_limit_exceeded'),
  75: { ...declined('pin_try_exceeded'), message: 'The allowable number of PIN tries was exceeded.' },
};

const visa: Omit<TestCard, 'number'> = {
  brand: 'visa',
  funding: 'credit',
  country: 'US',
  family: 'card_present',
  verdict: 'approved',
};
const plain = (brand: string, ...numbers: string[]): TestCard[] =>
  numbers.map((number) => ({ ...visa, brand, number }));
const debit = (brand: string, ...numbers: string[]): TestCard[] =>
  plain(brand, ...numbers).map((card) => ({ ...card, funding: 'debit' }));
const refusing = (number: string, verdict: Decline): TestCard => ({ ...visa, number, verdict });

const cards = new Map(
  [
    ...plain('visa', standardCard, '4000000360000006', '4001007020000002', '4001000360000005'),
    ...debit('visa', '4000056655665556'),
    ...plain('mastercard', '5555555555554444', '2223003122003222'),
    ...debit('mastercard', '5200828282828210'),
    { ...visa, brand: 'mastercard', funding: 'prepaid' as const, number: '5105105105105100' },
    ...plain('amex', '378282246310005', '371449635398431'),
    ...plain('discover', '6011111111111117', '6011000990139424'),
    ...plain('diners', '3056930009020004', '36227206271667'),
    ...plain('jcb', '3566002020360505'),
    ...plain('unionpay', '6200000000000005'),
    refusing('4000000000000002', declines.generic_decline),
    refusing('4000000000009995', declines.insufficient_funds),
    refusing('4000000000009987', declines.lost_card),
    refusing('4000000000009979', declines.stolen_card),
    refusing('4000000000000069', declines.expired_card),
    refusing('4000000000000119', declines.processing_error),
    { ...visa, number: '4000000000005126', refundFails: true },
    {
      ...visa,
      number: '4000008260000075',
      country: 'GB',
      firstTap: { refusal: insertAndPin, cure: 'insert' as const },
    },
    { ...visa, number: '4000002760000008', country: 'FR', firstTap: { refusal: onlinePin, cure: 'pin' as const } },
    {
      ...visa,
      brand: 'interac',
      funding: 'debit' as const,
      country: 'CA',
      family: 'interac_present' as const,
      number: interacCard,
    },
  ].map((card): [string, TestCard] => [card.number, card]),
);

export function testCard(number: string): TestCard | undefined {
  return cards.get(number.replaceAll(' ', ''));
}

/** The issuer's verdict on one presentation. */
export function judge(presentation: Presentation): Verdict {
  const { card } = presentation;
  if (card.firstTap !== undefined && !isCured(card.firstTap.cure, presentation)) return card.firstTap.refusal;
  return endingOf(presentation) ?? card.verdict;
}

function isCured(cure: 'insert' | 'pin', { readMethod, pinRefusals }: Presentation): boolean {
  return readMethod === 'contact_emv' || (cure === 'pin' && pinRefusals > 0);
}

function endingOf({ card, amountMinor, amountEndings: scope }: Presentation): Decline | undefined {
  if (scope === 'off' || (scope === 'standard_card' && card.number !== standardCard)) return undefined;
  return amountEndings[amountMinor % 100];
}
