/**
 * An example of a host application: it takes the outcomes of payments, makes sure that they come from Tillflow and come
 * once, prints them, and books an event entry where a payment only holds the money for it. Nothing is needed but Node:
 * `CALLBACK_SECRET=whsec_… node examples/host/host.mjs`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 4000);
/** Old and new, separated by commas, while they are exchanged. */
const secrets = (process.env.CALLBACK_SECRET ?? '').split(',').filter((secret) => secret !== '');
/** Where entries are booked, with whose key, and who gets the money. */
const { TILLFLOW_URL: url, TILLFLOW_KEY: key, ORGANISATION: organisation } = process.env;
const bodyLimit = 65_536;
/** A message that was recorded and is sent again later is refused, in seconds. */
const tolerance = 300;

if (secrets.length === 0) {
  console.error('CALLBACK_SECRET is not set: whsec_ and at least 24 bytes in base64.');
  process.exit(1);
}

/** What was taken already. A real host keeps these with its bookings, in the same transaction. */
const taken = new Set();

const server = createServer((request, response) => {
  answer(request)
    .then((status) => response.writeHead(status).end())
    .catch((error) => {
      // Anything but 2xx is sent again, for three days.
      console.error('could not be taken:', error.message);
      response.writeHead(500).end();
    });
});
server.listen(port, '127.0.0.1', () => console.log(`The host listens on http://127.0.0.1:${server.address().port}/`));

/** The status to answer: 204 says that we have it and that it need not come again. */
async function answer(request) {
  if (request.method !== 'POST') return 405;
  const body = await bodyOf(request);
  if (body === null) return 413;
  if (!isGenuine(request.headers, body)) return 401;
  const id = request.headers['webhook-id'];
  if (taken.has(id)) {
    console.log(`${id} came before; nothing is done twice`);
    return 204;
  }
  await act(JSON.parse(body).data);
  taken.add(id);
  return 204;
}

/** Here a host marks the entry as paid, or takes it out of the basket. */
async function act({ code, payload, payment, amount, status, booking }) {
  const sum = `${amount.amount} minor units ${amount.currency}`;
  if (status === 'Success' && booking === 'host') await bookEntry({ payload, payment, amount });
  if (status === 'Success') console.log(`${code} ${payload ?? ''}: ${sum} paid by ${payment}`);
  else console.log(`${code} ${payload ?? ''}: ${payment} failed, nothing was paid`);
}

/** Within the funds of the payment, once: its own name is the key, so that a callback that comes again books nothing twice. */
async function bookEntry({ payload, payment, amount }) {
  const line = { to: { organisation }, amount: amount.amount, type: 'Entry to an event', event: payload };
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': payment };
  const body = JSON.stringify({ lines: [line] });
  const booked = await fetch(`${url}/v1/payments/${payment}/bookings`, { method: 'POST', headers, body });
  if (booked.status !== 201) throw new Error(`${payment} was not booked: ${booked.status} ${await booked.text()}`);
}

/** Standard Webhooks: HMAC-SHA256 of id, time and body; any one of several signatures with any one of our secrets. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (id === undefined || timestamp === undefined || signatures === undefined) return false;
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= tolerance)) return false;
  const expected = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  });
  const given = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
  return given.some((one) => expected.some((other) => one.length === other.length && timingSafeEqual(one, other)));
}

/** The bytes as they came: a body that was parsed and written again has another signature. Null: too long. */
async function bodyOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyLimit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
