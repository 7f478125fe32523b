import type { Stripe } from 'stripe';
import { group, text, type Field, type Parsed } from '../wire/fields.ts';
import { blankBilling } from './card-shape.ts';

const address = group({ city: text, country: text, line1: text, line2: text, postal_code: text, state: text });
type Address = Parsed<{ city: Field<string> }> & Record<string, string | undefined>;

/** An address, or '' to clear it. */
export const addressFields: Field<Address | ''> = {
  read: (raw, name) => (raw === '' ? '' : address.read(raw, name)),
};

/** Who the bill goes to. */
export const billingFields = group({ address: addressFields, email: text, name: text, phone: text, tax_id: text });

/** Every line of an address, empty ones as null. */
export function addressOf(given: Address | ''): Stripe.Address | null {
  if (given === '') return null;
  const lines = Object.entries(given).map(([line, value]) => [line, value || null]);
  return { ...blankBilling.address, ...(Object.fromEntries(lines) as Partial<Stripe.Address>) };
}

type Billing = Parsed<{ email: Field<string> }> & {
  address?: Address | '';
  email?: string;
  name?: string;
  phone?: string;
  tax_id?: string;
};

/** What was said of the bill; what was not said is absent. */
export function billingOf(given: Billing | undefined): Partial<Stripe.PaymentMethod.BillingDetails> {
  if (given === undefined) return {};
  const { address: place, ...words } = given;
  const said = Object.entries(words).map(([key, value]) => [key, value || null]);
  return {
    ...(Object.fromEntries(said) as Partial<Stripe.PaymentMethod.BillingDetails>),
    ...(place === undefined ? {} : { address: addressOf(place) ?? blankBilling.address }),
  };
}
