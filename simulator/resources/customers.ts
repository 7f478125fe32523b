import { attachCard, backgroundOfCard, detachCard, methodNamed, refuseSpent } from '../online/saved-cards.ts';
import type { CustomerRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { cardError, invalidParameter, noSuch, noSuchReference } from '../wire/errors.ts';
import {
  filledText,
  group,
  integer,
  list,
  mergeMetadata,
  metadata,
  text,
  untouched,
  type Parsed,
} from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import { emit, snapshot, type World } from '../world.ts';
import { addressFields, addressOf } from './billing.ts';
import { newCustomer } from './customer-shape.ts';

const updateShape = {
  address: addressFields,
  description: text,
  email: text,
  invoice_settings: group({
    default_payment_method: text,
    custom_fields: untouched,
    footer: untouched,
    rendering_options: untouched,
  }),
  metadata,
  name: text,
  phone: text,
  preferred_locales: list(filledText),
  tax_exempt: untouched,
  ...{ balance: integer, business_name: text, individual_name: text, invoice_prefix: filledText },
  ...{ cash_balance: untouched, next_invoice_sequence: integer, shipping: untouched, tax: untouched },
};
const createShape = { ...updateShape, payment_method: filledText, tax_id_data: untouched, test_clock: filledText };
type Change = Parsed<typeof updateShape>;

/** Customers: who saved cards belong to (terminal.md 5.2). A deleted one is answered as deleted, and no more used. */
export function customerRoutes(world: World): ApiRoute[] {
  const filters = { ...paging, created: instantRange, email: filledText, test_clock: filledText };
  return [
    endpoint('POST /v1/customers', createShape, (call) => create(world, call)),
    endpoint('GET /v1/customers', filters, ({ account, params }) =>
      listPage(account.customers, {
        url: '/v1/customers',
        noun: 'customer',
        params,
        keep: (customer) =>
          within(params.created, customer.created) &&
          (params.email ?? customer.email) === customer.email &&
          params.test_clock === undefined,
      }),
    ),
    endpoint('GET /v1/customers/:id', {}, ({ account, path }) => {
      const id = path['id'] ?? '';
      return account.deletedCustomers.has(id) ? deleted(id) : customerAt(account, path);
    }),
    endpoint('POST /v1/customers/:id', updateShape, (call) => {
      const customer = customerAt(call.account, call.path);
      apply(call.account, customer, call.params);
      emit(world, call.account, { type: 'customer.updated', object: customer });
      return customer;
    }),
    endpoint('DELETE /v1/customers/:id', {}, ({ account, path }) => remove(world, account, customerAt(account, path))),
  ];
}

export function customerAt(account: Account, path: Record<string, string>): CustomerRecord {
  const id = path['id'] ?? '';
  const customer = account.customers.get(id);
  if (customer === undefined) throw noSuch('customer', id, 'id');
  return customer;
}

/** The customer that a parameter names. @throws ApiError 400 `resource_missing`, also for a deleted one */
export function customerNamed(account: Account, id: string): CustomerRecord {
  const customer = account.customers.get(id);
  if (customer === undefined) throw noSuchReference('customer', id, 'customer');
  return customer;
}

/** What is left of a deleted customer. */
export function deleted(id: string): object {
  return { id, object: 'customer', deleted: true };
}

function create(world: World, { account, params }: ApiCall<typeof createShape>): CustomerRecord {
  const customer = newCustomer(world);
  const { payment_method: reference } = params;
  const method = reference === undefined ? undefined : methodNamed(world, account, reference);
  if (method !== undefined) {
    refuseSpent(account, method);
    const { check } = backgroundOfCard(account, method).card;
    if (check !== 'approved') throw cardError(check, { payment_method: snapshot(method) });
  }
  const { invoice_settings: settings, ...words } = params;
  apply(account, customer, words);
  account.customers.add(customer);
  emit(world, account, { type: 'customer.created', object: customer });
  if (method !== undefined) attachCard(world, account, { method, customer: customer.id });
  if (settings !== undefined) apply(account, customer, { invoice_settings: settings });
  return customer;
}

/** Sets what was given; empty text clears. */
function apply(account: Account, customer: CustomerRecord, params: Change): void {
  for (const key of ['description', 'email', 'name', 'phone'] as const) {
    const value = params[key];
    if (value !== undefined) customer[key] = value === '' ? null : value;
  }
  customer.metadata = mergeMetadata(customer.metadata, params.metadata);
  if (params.balance !== undefined) customer.balance = params.balance;
  if (params.preferred_locales !== undefined) customer.preferred_locales = params.preferred_locales;
  if (params.address !== undefined) customer.address = addressOf(params.address);
  setDefault(account, customer, params.invoice_settings?.default_payment_method);
}

/** Only a card of the customer's own can be the default. */
function setDefault(account: Account, customer: CustomerRecord, id: string | undefined): void {
  if (id === undefined) return;
  if (id !== '' && account.paymentMethods.get(id)?.customer !== customer.id) {
    const message = `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`;
    throw invalidParameter('invoice_settings[default_payment_method]', message, 'resource_missing');
  }
  customer.invoice_settings.default_payment_method = id || null;
}

/** Its cards go with it. */
function remove(world: World, account: Account, customer: CustomerRecord): object {
  for (const method of account.paymentMethods.oldestFirst()) {
    if (method.customer === customer.id) detachCard(world, account, method);
  }
  account.customers.remove(customer.id);
  account.deletedCustomers.add(customer.id);
  emit(world, account, { type: 'customer.deleted', object: customer });
  return deleted(customer.id);
}
