import { declines, type DeclineName, type Verdict } from '../declines.ts';
import { testCard } from '../test-cards.ts';

/** When the bank asks the customer to prove who is paying: 3-D Secure (terminal.md 5.6). */
export type Authentication = 'never' | 'always' | 'unless_set_up' | 'on_session';

/** A test card as an online payment knows it. */
export interface OnlineCard {
  number: string;
  brand: string;
  funding: 'credit' | 'debit' | 'prepaid';
  country: string;
  /** What a charge answers. */
  charge: Verdict;
  /** What the check answers that stands before attaching and setting up. */
  check: Verdict;
  authentication: Authentication;
  refund: 'succeeds' | 'waits' | 'fails';
  dispute: { reason: string; inquiry: boolean } | null;
  /** `at_once`: its money needs no days to become available. */
  funds: 'later' | 'at_once';
}

/** How a card can be told to answer from now on: `ok` approves whatever the card itself would say. */
export type Behaviour = 'ok' | DeclineName;

/** What is known of a typed card and the API does not show. */
export interface CardBackground {
  card: OnlineCard;
  /** Its holder proved who they are while it was saved. */
  setUp: boolean;
  /** Used without being saved, or detached: nobody may use it again. */
  spent: boolean;
  /** What the control plane ordered, for so many charges. */
  order: { behaviour: Behaviour; timesLeft: number } | null;
}

const visa: Omit<OnlineCard, 'number'> = {
  brand: 'visa',
  funding: 'credit',
  country: 'US',
  charge: 'approved',
  check: 'approved',
  authentication: 'never',
  refund: 'succeeds',
  dispute: null,
  funds: 'later',
};
const refusing = (verdict: Verdict): Partial<OnlineCard> => ({ charge: verdict, check: verdict });

/** Cards with a story; those of test-cards.ts bring their own. */
const stories = new Map<string, Partial<OnlineCard>>(
  Object.entries({
    '4000000000000127': refusing(declines.incorrect_cvc),
    '4242424242424241': refusing(declines.incorrect_number),
    '4000000000006975': refusing(declines.card_velocity_exceeded),
    '4100000000000019': refusing(declines.fraudulent),
    '4000000000000341': { charge: declines.generic_decline },
    '4000002760003184': { authentication: 'always' },
    '4000000000003220': { authentication: 'always' },
    '4000002500003155': { authentication: 'unless_set_up' },
    '4000003800000446': { authentication: 'on_session' },
    '4000008260003178': { authentication: 'always', charge: declines.insufficient_funds },
    '4000008400001629': { authentication: 'always', charge: declines.generic_decline },
    '4000000000000259': { dispute: { reason: 'fraudulent', inquiry: false } },
    '4000000000002685': { dispute: { reason: 'product_not_received', inquiry: false } },
    '4000000000001976': { dispute: { reason: 'general', inquiry: true } },
    '4000000000007726': { refund: 'waits' },
    '4000000000000077': { funds: 'at_once' },
  }),
);

/** Names after `pm_card_` or `tok_`; of those that changed, both spellings. */
const numbers = new Map(
  Object.entries({
    visa: '4242424242424242',
    visa_debit: '4000056655665556',
    mastercard: '5555555555554444',
    mastercard_debit: '5200828282828210',
    mastercard_prepaid: '5105105105105100',
    amex: '378282246310005',
    discover: '6011111111111117',
    diners: '3056930009020004',
    jcb: '3566002020360505',
    unionpay: '6200000000000005',
    au: '4000000360000006',
    bypassPending: '4000000000000077',
    chargeDeclined: '4000000000000002',
    chargeDeclinedInsufficientFunds: '4000000000009995',
    chargeDeclinedLostCard: '4000000000009987',
    chargeDeclinedStolenCard: '4000000000009979',
    chargeDeclinedVelocityLimitExceeded: '4000000000006975',
    chargeDeclinedExpiredCard: '4000000000000069',
    chargeDeclinedIncorrectCvc: '4000000000000127',
    chargeDeclinedProcessingError: '4000000000000119',
    chargeCustomerFail: '4000000000000341',
    chargeDeclinedFraudulent: '4100000000000019',
    radarBlock: '4100000000000019',
    authenticationRequired: '4000002760003184',
    threeDSecure2Required: '4000000000003220',
    authenticationRequiredOnSetup: '4000002500003155',
    authenticationRequiredSetupForOffSession: '4000003800000446',
    authenticationRequiredChargeDeclinedInsufficientFunds: '4000008260003178',
    threeDSecureRequiredChargeDeclined: '4000008400001629',
    createDispute: '4000000000000259',
    createDisputeProductNotReceived: '4000000000002685',
    createDisputeInquiry: '4000000000001976',
    pendingRefund: '4000000000007726',
    refundFail: '4000000000005126',
  }),
);

/** The card of a test number, blanks allowed. */
export function onlineCard(text: string): OnlineCard | undefined {
  const number = text.replaceAll(' ', '');
  const story = stories.get(number);
  if (story !== undefined) return { ...visa, number, ...story };
  const known = testCard(number);
  if (known?.family !== 'card_present') return undefined;
  const { brand, funding, country, verdict, refundFails } = known;
  return {
    ...visa,
    ...{ number, brand, funding, country },
    ...refusing(verdict),
    refund: refundFails === true ? 'fails' : 'succeeds',
  };
}

/** The card that `pm_card_…` or `tok_…` stands for (terminal.md 5.6). */
export function magicCard(reference: string): OnlineCard | undefined {
  const [, prefix, name = ''] = /^(pm_card_|tok_)(\w+)$/.exec(reference) ?? [];
  if (prefix === undefined) return undefined;
  // `pm_card_visa_chargeDeclined` is the later spelling of `pm_card_chargeDeclined`.
  const number = numbers.get(name) ?? numbers.get(name.replace(/^visa_/, ''));
  return number === undefined ? undefined : onlineCard(number);
}
