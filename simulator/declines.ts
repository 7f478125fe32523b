/** What the issuer says: `code` is the error's, `declineCode` its reason. */
export interface Decline {
  code: string;
  declineCode: string;
  message: string;
}
export type Verdict = 'approved' | Decline;

/** A refusal with the plain words most refusals have: the reason is between the bank and its customer. */
export function declined(declineCode: string, message = 'Your card was declined.'): Decline {
  return { code: 'card_declined', declineCode, message };
}

/** A refusal whose reason is an error code of its own. */
function named(code: string, message: string): Decline {
  return { code, declineCode: code, message };
}

/** Every refusal a card can be told to answer with (terminal.md 4.5, 5.6). */
export const declines = {
  generic_decline: declined('generic_decline'),
  do_not_honor: declined('do_not_honor'),
  insufficient_funds: declined('insufficient_funds', 'Your card has insufficient funds.'),
  lost_card: declined('lost_card'),
  stolen_card: declined('stolen_card'),
  fraudulent: declined('fraudulent'),
  card_velocity_exceeded: declined(
    'card_velocity_exceeded',
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  ),
  test_mode_live_card: declined(
    'test_mode_live_card',
    'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
  ),
  expired_card: named('expired_card', 'Your card has expired.'),
  incorrect_cvc: named('incorrect_cvc', "Your card's security code is incorrect."),
  incorrect_number: named('incorrect_number', 'Your card number is incorrect.'),
  invalid_expiry_month: named('invalid_expiry_month', "Your card's expiration month is invalid."),
  invalid_expiry_year: named('invalid_expiry_year', "Your card's expiration year is invalid."),
  processing_error: named(
    'processing_error',
    'An error occurred while processing your card. Try again in a little bit.',
  ),
  authentication_required: named(
    'authentication_required',
    'Your card was declined. This transaction requires authentication.',
  ),
} satisfies Record<string, Decline>;

export type DeclineName = keyof typeof declines;
