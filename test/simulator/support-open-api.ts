/** As much of OpenAPI 3.0 as Stripe's document uses. */
export interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}
interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: { 'application/json': { schema: Schema } } }>;
}
export interface OpenApi {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** All operations of a document, as `POST /v1/refunds/{refund}`. */
export function operationsOf(openApi: OpenApi): string[] {
  return Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** What a successful call answers. */
export function answerSchema(openApi: OpenApi, operation: string): Schema {
  return operationOf(openApi, operation).responses['200']!.content['application/json'].schema;
}

/** The parameters that a call cannot do without. */
export function requiredParams(openApi: OpenApi, operation: string): string[] {
  const bodies = Object.values(operationOf(openApi, operation).requestBody?.content ?? {});
  return bodies.flatMap(({ schema }) => schema.required ?? []);
}

function operationOf(openApi: OpenApi, operation: string): Operation {
  const [method = '', path = ''] = operation.split(' ');
  const found = openApi.paths[path]?.[method.toLowerCase()];
  if (!found) throw new Error(`The OpenAPI document has no ${operation}`);
  return found;
}

/**
 * Everything in which a value breaks its schema, each as `path: what is wrong`: a required key that is missing, a key
 * that the schema does not know, a value outside its enumeration or of another type.
 */
export function violations(openApi: OpenApi, schema: Schema, value: unknown, path = ''): string[] {
  const known = resolved(openApi, schema);
  if (value === null) return known.nullable ? [] : [`${path}: null is not allowed`];
  if (known.anyOf) return bestOf(openApi, known.anyOf, { value, path });
  if (known.enum && !known.enum.includes(value)) return [`${path}: ${JSON.stringify(value)} is not in the enumeration`];
  switch (known.type) {
    case 'array':
      if (!Array.isArray(value)) return [`${path}: not an array`];
      return value.flatMap((item, index) => violations(openApi, known.items ?? {}, item, `${path}[${index}]`));
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) return [`${path}: not an object`];
      return objectViolations(openApi, known, value as Record<string, unknown>, path);
    case 'integer':
      return Number.isSafeInteger(value) ? [] : [`${path}: not an integer`];
    case undefined:
      return [];
    default:
      return typeof value === known.type ? [] : [`${path}: not a ${known.type}`];
  }
}

function resolved(openApi: OpenApi, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('#/components/schemas/', '');
  const found = openApi.components.schemas[name];
  if (!found) throw new Error(`The OpenAPI document has no schema ${name}`);
  return resolved(openApi, found);
}

/** The alternative that fits best: none broken, else the one whose `object` is named, else the fewest complaints. */
function bestOf(openApi: OpenApi, alternatives: Schema[], { value, path }: { value: unknown; path: string }): string[] {
  const name = (value as { object?: unknown }).object;
  const named = alternatives.filter((one) => resolved(openApi, one).properties?.['object']?.enum?.includes(name));
  const complaints = (named.length > 0 ? named : alternatives)
    .map((alternative) => violations(openApi, alternative, value, path))
    .sort((a, b) => a.length - b.length);
  return complaints[0] ?? [];
}

function objectViolations(openApi: OpenApi, schema: Schema, value: Record<string, unknown>, path: string): string[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((key) => !(key in value)).map((key) => `${path}.${key}: missing`);
  const wrong = Object.entries(value).flatMap(([key, inner]) => {
    const property = properties[key] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (property) return violations(openApi, property, inner, `${path}.${key}`);
    const isOpen = additionalProperties === true || schema.properties === undefined;
    return isOpen ? [] : [`${path}.${key}: unknown`];
  });
  return [...missing, ...wrong];
}

/** Stripe answers these only to those who ask for them by `expand`; the mock always does. */
const onlyWhenExpanded = ['refunds', 'total_count'];

/**
 * Keys that an answer of stripe-mock has and ours has not. Objects of many kinds (those with a `type`), other objects
 * than stripe-mock's, and metadata are not entered: which keys they have depends on the kind.
 */
export function missingKeys(theirs: unknown, ours: unknown, path = ''): string[] {
  if (Array.isArray(theirs) && Array.isArray(ours)) return missingKeys(theirs[0], ours[0], `${path}[0]`);
  if (!isObject(theirs) || !isObject(ours) || path.endsWith('.metadata')) return [];
  if (theirs['object'] !== ours['object']) return [];
  return Object.keys(theirs).flatMap((key) => {
    if (!(key in ours))
      return onlyWhenExpanded.includes(key) ? [] : [`${path}.${key}: missing, which stripe-mock answers`];
    const isOfManyKinds = isObject(theirs[key]) && 'type' in theirs[key];
    return isOfManyKinds ? [] : missingKeys(theirs[key], ours[key], `${path}.${key}`);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
