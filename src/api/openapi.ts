import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Idempotency, Policy, Response, Route } from './route.ts';
import { problemSchema } from './schemas.ts';

const keyHeader = z
  .string()
  .min(1)
  .max(255)
  .meta({
    description:
      'One per intention, 1 to 255 visible ASCII characters. The same key and request get the same answer again.',
    examples: ['8e03978e-40d5-43e8-bc93-6894a57f9324'],
  });

/** The OpenAPI 3.1 description, made from the same schemas that validate. */
export function openApiDocument(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tillflow',
      version,
      description:
        'Payments at a counter. Amounts are whole minor units; times are ISO 8601 in UTC; fields are camelCase, except `next_cursor`. Errors are problem+json with a stable `code`.',
    },
    security: [{ apiKey: [] }],
    components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'tf_…' } } },
    paths,
  }) as unknown as Record<string, unknown>;
}

function operation(route: Route): ZodOpenApiOperationObject {
  const { policy, description } = route;
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: [description, rightsOf(policy)].filter((words) => words !== undefined).join(' '),
    ...(policy.kind === 'public' ? { security: [] } : {}),
    requestParams: {
      ...(route.params === undefined ? {} : { path: route.params as z.ZodObject }),
      ...(route.query === undefined ? {} : { query: route.query as z.ZodObject }),
      ...headerOf(route.idempotency ?? 'none'),
    },
    ...requestBodyOf(route),
    responses: { ...responsesOf(route), default: problemResponse },
  };
}

function rightsOf(policy: Policy): string {
  if (policy.kind === 'public') return 'Open to everyone.';
  const person = policy.noMachines === true ? ' Of an organisation a person with their own token, never its key.' : '';
  return `Needs \`${policy.roles.join('` or `')}\`.${person}`;
}

function requestBodyOf({ textTypes = [], body }: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  const texts = textTypes.map((type) => [type, { schema: z.string() }] as const);
  const json = body === undefined ? [] : [['application/json', { schema: body }] as const];
  const content = Object.fromEntries([...json, ...texts]);
  return json.length + texts.length === 0 ? {} : { requestBody: { content } };
}

const problemResponse = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: problemSchema } },
};

function headerOf(idempotency: Idempotency): { header?: z.ZodObject } {
  if (idempotency === 'none') return {};
  return { header: z.object({ 'Idempotency-Key': idempotency === 'required' ? keyHeader : keyHeader.optional() }) };
}

function responsesOf(route: Route): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, response]) => [status, responseOf(response)]),
  );
}

function responseOf({ description, schema, contentType }: Response) {
  if (schema === undefined && contentType === undefined) return { description };
  return { description, content: { [contentType ?? 'application/json']: { schema: schema ?? z.string() } } };
}

/** `POST /v1/sales/:id/capture` is `post_sales_id_capture`: unique, since method and path are. */
function operationId({ method, path }: Route): string {
  return [method, ...path.split('/').filter((part) => part !== '' && part !== 'v1')]
    .join('_')
    .replaceAll(/[^a-z_A-Z]/g, '');
}
