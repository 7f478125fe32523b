/**
 * JSON text without any `client_secret`, at whatever depth (decisions D36): it is never stored, not even encrypted.
 * Text that holds none is given back unchanged, byte for byte.
 */
export function withoutClientSecrets(json: string): string {
  if (!json.includes('client_secret')) return json;
  return JSON.stringify(JSON.parse(json, (key, value: unknown) => (key === 'client_secret' ? undefined : value)));
}
