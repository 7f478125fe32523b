import { declines, type Decline } from '../declines.ts';
import type { PaymentMethodRecord } from '../records.ts';
import { billingFields, billingOf } from '../resources/billing.ts';
import { plainWish } from '../resources/payment-method-shape.ts';
import type { Account } from '../store.ts';
import { type ApiError, cardError, invalidParameter, missingParameter } from '../wire/errors.ts';
import { filledText, group, integer, mergeMetadata, metadata, oneOf, untouched, type Parsed } from '../wire/fields.ts';
import type { World } from '../world.ts';
import { magicCard, onlineCard, type OnlineCard } from './online-cards.ts';
import { addCard } from './saved-cards.ts';

export const cardFields = group({
  cvc: filledText,
  exp_month: integer,
  exp_year: integer,
  networks: untouched,
  number: filledText,
  token: filledText,
});

/** What a payment method is made of, alone (`POST /v1/payment_methods`) or within a confirmation. */
export const methodShape = {
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  billing_details: billingFields,
  card: cardFields,
  metadata,
  radar_options: untouched,
  type: oneOf('card'),
};
export type MethodInput = Parsed<typeof methodShape>;

/**
 * A payment method of the card that was typed, or that a test token stands for.
 * @throws ApiError 402 for a number or a date that cannot be, and for a number that is no test card
 */
export function cardFromInput(world: World, account: Account, input: MethodInput): PaymentMethodRecord {
  if (input.type === undefined) throw missingParameter('type');
  const { card: given } = input;
  if (given === undefined) throw missingParameter('card');
  const card = cardGiven(given);
  const { exp_month: expMonth = plainWish.expMonth, exp_year: expYear = plainWish.expYear } = given;
  if (given.token === undefined) checkDate(world, expMonth, expYear);
  return addCard(world, account, {
    card,
    expMonth,
    expYear: fullYear(expYear),
    cvcGiven: given.cvc !== undefined || given.token !== undefined,
    billing: billingOf(input.billing_details),
    metadata: mergeMetadata({}, input.metadata),
    allowRedisplay: input.allow_redisplay ?? 'unspecified',
  });
}

function cardGiven({ number, token, exp_month: month, exp_year: year }: Parsed<CardShape>): OnlineCard {
  if (token !== undefined) {
    const card = magicCard(token);
    if (card === undefined) throw invalidParameter('card[token]', `No such token: '${token}'`, 'resource_missing');
    return card;
  }
  for (const [name, value] of Object.entries({ number, exp_month: month, exp_year: year })) {
    if (value === undefined) throw missingParameter(`card[${name}]`);
  }
  return cardOfNumber(number ?? '');
}

function cardOfNumber(number: string): OnlineCard {
  const card = onlineCard(number);
  if (card === undefined)
    throw refusedInput(isPlausible(number) ? 'test_mode_live_card' : 'incorrect_number', 'number');
  if (card.check === declines.incorrect_number) throw refusedInput('incorrect_number', 'number');
  return card;
}

type CardShape = Record<'cvc' | 'number' | 'token', typeof filledText> &
  Record<'exp_month' | 'exp_year', typeof integer>;

function refusedInput(name: keyof typeof declines, param: string): ApiError {
  const decline: Decline = declines[name];
  return cardError(decline, { param });
}

function checkDate({ clock }: World, month: number, year: number): void {
  if (month < 1 || month > 12) throw refusedInput('invalid_expiry_month', 'exp_month');
  const now = new Date(clock.nowMs());
  const asked = fullYear(year) * 12 + month;
  const current = now.getUTCFullYear() * 12 + now.getUTCMonth() + 1;
  if (asked < current) throw refusedInput('invalid_expiry_year', 'exp_year');
}

/** `34` is 2034. */
function fullYear(year: number): number {
  return year < 100 ? 2000 + year : year;
}

/** The check digit (Luhn) is right. */
function isPlausible(text: string): boolean {
  const digits = Array.from(text.replaceAll(' ', ''), Number).reverse();
  if (digits.length < 12 || digits.some(Number.isNaN)) return false;
  const sum = digits.reduce((total, digit, index) => {
    const weighed = index % 2 === 1 ? digit * 2 : digit;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}
