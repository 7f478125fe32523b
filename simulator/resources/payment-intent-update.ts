import { methodShape } from '../online/card-input.ts';
import type { IntentRecord } from '../records.ts';
import { filledText, group, integer, list, mergeMetadata, type Parsed } from '../wire/fields.ts';
import { checkAmount, checkCurrency } from './amounts.ts';
import {
  captureMethod,
  chooseMethod,
  describe,
  descriptive,
  methodOptions,
  refuseWrittenTypes,
  usable,
} from './payment-intent-create.ts';
import type { ApiCall } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { customerNamed } from './customers.ts';
import { unexpectedState } from './payments.ts';

export const updateShape = {
  ...descriptive,
  amount: integer,
  currency: filledText,
  allowed_payment_method_types: list(filledText),
  payment_method_types: list(filledText),
  capture_method: captureMethod,
  payment_method: filledText,
  payment_method_data: group(methodShape),
  payment_method_options: methodOptions,
};

const MONEY_CHANGES_IN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** What is being paid can change until money is held; words can change at any time. A reader keeps showing the old amount. */
export function applyUpdate(
  world: World,
  intent: IntentRecord,
  { account, params, version }: ApiCall<typeof updateShape>,
): void {
  refuseWrittenTypes(params.payment_method_types, version);
  if (changesMoney(params) && !MONEY_CHANGES_IN.includes(intent.status)) {
    throw unexpectedState(intent, 'updated', MONEY_CHANGES_IN);
  }
  const currency = params.currency === undefined ? intent.currency : checkCurrency(params.currency);
  if (params.amount !== undefined) checkAmount(params.amount, currency);
  if (params.customer !== undefined) customerNamed(account, params.customer);
  const metadata = mergeMetadata(intent.metadata, params.metadata);
  intent.currency = currency;
  intent.amount = params.amount ?? intent.amount;
  intent.capture_method = params.capture_method ?? intent.capture_method;
  intent.metadata = metadata;
  applyTypes(intent, params);
  describe(intent, params);
  chooseMethod({ world, account }, intent, params);
}

function changesMoney(params: Parsed<typeof updateShape>): boolean {
  const decisive = [params.amount, params.currency, params.capture_method, params.payment_method];
  return decisive.some((value) => value !== undefined);
}

function applyTypes(intent: IntentRecord, params: Parsed<typeof updateShape>): void {
  const types = params.allowed_payment_method_types ?? params.payment_method_types;
  if (types !== undefined && types.length > 0) intent.payment_method_types = usable(types, intent.currency);
}
