/** An error as Stripe words it on the wire (terminal.md 5.1-4). The messages are ours, the codes are Stripe's. */
export interface WireError {
  type: 'api_error' | 'invalid_request_error';
  message: string;
  code?: string;
}

export function errorBody({ type, message, code }: WireError): string {
  const docUrl =
    code === undefined ? {} : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` };
  return JSON.stringify({ error: { ...docUrl, message, type } }, null, 2);
}

export const rateLimited: WireError = {
  type: 'invalid_request_error',
  code: 'rate_limit',
  message: 'Request rate limit exceeded. Slow down and try again.',
};
export const lockTimeout: WireError = {
  type: 'invalid_request_error',
  code: 'lock_timeout',
  message: 'This object cannot be accessed right now because another request is using it. Try again.',
};
export const serverError: WireError = { type: 'api_error', message: 'An unknown error occurred' };
export const unauthorized: WireError = {
  type: 'invalid_request_error',
  code: 'api_key_expired',
  message: 'Expired API Key provided: the key has been rotated.',
};
export const forbidden: WireError = {
  type: 'invalid_request_error',
  message: 'The provided key does not have the permissions that this endpoint requires.',
};

/** What the four reader faults say (terminal.md 4.5). */
export const readerErrors = {
  terminal_reader_timeout: 'There was a timeout when sending this command to the reader.',
  terminal_reader_offline: 'Reader is currently offline. Check that it is powered on and connected to the internet.',
  terminal_reader_busy: 'Reader is currently busy processing another request or installing updates.',
  terminal_reader_hardware_fault: 'The reader has a hardware fault.',
} as const;
export type ReaderErrorCode = keyof typeof readerErrors;

export const badGatewayPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';
