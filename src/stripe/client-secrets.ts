const value = String.raw`\s*:\s*(?:"(?:[^"\\]|\\.)*"|null)`;
const followed = new RegExp(String.raw`"client_secret"${value}\s*,\s*`, 'g');
const lastOrOnly = new RegExp(String.raw`(?:,\s*)?"client_secret"${value}`, 'g');
const anyLeft = /"client_secret"\s*:/;

/**
 * JSON text without any `client_secret`, at whatever depth (decisions D36): it is never stored, not even encrypted. All
 * else stays byte for byte. The text is cut rather than parsed and written again, which would cost more than checking
 * the signature; within a JSON string a quote is escaped, so that only keys can match.
 */
export function withoutClientSecrets(json: string): string {
  if (!json.includes('client_secret')) return json;
  const cut = json.replace(followed, '').replace(lastOrOnly, '');
  return anyLeft.test(cut) ? rewritten(cut) : cut;
}

/** For a secret that is neither text nor null, which Stripe never sends. */
function rewritten(json: string): string {
  return JSON.stringify(JSON.parse(json, (key, part: unknown) => (key === 'client_secret' ? undefined : part)));
}
