import { defineEntity, p } from '@mikro-orm/core';
import type { CallbackEndpointId } from '../../domain/ids.ts';

const CallbackEndpointSchema = defineEntity({
  name: 'CallbackEndpoint',
  tableName: 'callback_endpoint',
  uniques: [{ name: 'callback_endpoint_code_unique', properties: ['routeCode'] }],
  properties: {
    id: p.string().$type<CallbackEndpointId>().length(30).collation('ascii_bin').primary(),
    routeCode: p.string().length(16).collation('ascii_bin'),
    url: p.string().length(500),
    secretRefs: p.string().length(1000),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** Where the host wants to hear of payments with this route code (decisions D18). */
export class CallbackEndpoint extends CallbackEndpointSchema.class {}
CallbackEndpointSchema.setClass(CallbackEndpoint);
