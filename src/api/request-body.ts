import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { DomainError } from '../domain/errors.ts';
import type { TextBody } from './route.ts';

/** Bytes of a JSON body at most. */
export const bodyLimitBytes = 400_000;

/**
 * The body as text (empty when there is none) and as JSON. `unsupported_media_type` unless it is plain JSON in UTF-8,
 * `payload_too_large` past the limit, `invalid_json` when it cannot be read.
 */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<{ readonly text: string; readonly json: unknown }> {
  const length = request.headers['content-length'];
  if (length !== undefined && Number(length) > bodyLimitBytes) throw tooLarge();
  const bytes = await readBytes(request, length);
  if (bytes.length === 0) return { text: '', json: undefined };
  requireJson(request);
  const text = decode(bytes);
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    throw new DomainError('invalid_json', 'The body is not valid JSON.');
  }
}

/**
 * The body as text where its media type is one of `types`, in UTF-8; null where it is not, and nothing was read. The
 * same limits as for JSON.
 */
export async function readTextBody(request: IncomingMessage, types: readonly string[]): Promise<TextBody | null> {
  const { type, isPlain } = mediaOf(request);
  if (!isPlain || !types.includes(type)) return null;
  const length = request.headers['content-length'];
  if (length !== undefined && Number(length) > bodyLimitBytes) throw tooLarge();
  return { type, text: decode(await readBytes(request, length)) };
}

async function readBytes(request: IncomingMessage, length: string | undefined): Promise<Buffer> {
  try {
    return await getRawBody(request, { limit: bodyLimitBytes, length: length ?? null });
  } catch (error) {
    if (isRawBodyError(error, 'entity.too.large')) throw tooLarge();
    if (isRawBodyError(error, 'request.size.invalid') || isRawBodyError(error, 'request.aborted')) {
      throw new DomainError('invalid_json', 'The body ended before its announced length.');
    }
    throw error;
  }
}

function requireJson(request: IncomingMessage): void {
  const { type, isPlain } = mediaOf(request);
  if (type !== 'application/json' || !isPlain) {
    throw new DomainError('unsupported_media_type', 'Send the body as application/json in UTF-8, not compressed.');
  }
}

/** The media type, and whether the body is UTF-8 and not compressed. */
function mediaOf(request: IncomingMessage): { readonly type: string; readonly isPlain: boolean } {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length) ?? 'utf-8';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  return { type, isPlain: charset.replaceAll('"', '') === 'utf-8' && encoding === 'identity' };
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DomainError('invalid_json', 'The body is not valid UTF-8.');
  }
}

function tooLarge(): DomainError {
  return new DomainError('payload_too_large', `A body has ${bodyLimitBytes} bytes at most.`);
}

function isRawBodyError(error: unknown, type: string): boolean {
  return error instanceof Error && 'type' in error && error.type === type;
}
