import type { ChargeRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { noSuch } from '../wire/errors.ts';
import { filledText, mergeMetadata, metadata, text } from '../wire/fields.ts';
import { instantRange, listPage, paging, within } from '../wire/lists.ts';
import { endpoint, type ApiRoute } from '../wire/routes.ts';
import { emit, type World } from '../world.ts';

export function chargeRoutes(world: World): ApiRoute[] {
  const filters = {
    ...paging,
    created: instantRange,
    customer: filledText,
    payment_intent: filledText,
    transfer_group: filledText,
  };
  return [
    endpoint('GET /v1/charges', filters, ({ account, params }) =>
      listPage(account.charges, {
        url: '/v1/charges',
        noun: 'charge',
        params,
        keep: (charge) =>
          within(params.created, charge.created) &&
          (params.payment_intent ?? charge.payment_intent) === charge.payment_intent &&
          (params.customer ?? charge.customer) === charge.customer &&
          (params.transfer_group ?? charge.transfer_group) === charge.transfer_group,
      }),
    ),
    endpoint('GET /v1/charges/:id', {}, ({ account, path }) => chargeNamed(account, path['id'] ?? '', 'id')),
    endpoint(
      'POST /v1/charges/:id',
      { description: text, metadata, receipt_email: text },
      ({ account, path, params }) => {
        const charge = chargeNamed(account, path['id'] ?? '', 'id');
        charge.metadata = mergeMetadata(charge.metadata, params.metadata);
        if (params.description !== undefined) charge.description = params.description || null;
        if (params.receipt_email !== undefined) charge.receipt_email = params.receipt_email || null;
        emit(world, account, { type: 'charge.updated', object: charge });
        return charge;
      },
    ),
  ];
}

export function chargeNamed(account: Account, id: string, param: string): ChargeRecord {
  const charge = account.charges.get(id);
  if (charge === undefined) throw noSuch('charge', id, param);
  return charge;
}
