import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { openCounter, type Counter } from '../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../support/members.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';

const issuer = 'https://club.example';
let counter: Counter;
let host: Host;
let key: CryptoKey;
let foreignKey: CryptoKey;
let club: { organisation: string };

beforeAll(async () => {
  const made = await generateKeyPair('ES256');
  [key, foreignKey] = [made.privateKey, (await generateKeyPair('ES256')).privateKey];
  const file = join(await mkdtemp(join(tmpdir(), 'tillflow-jwks-')), 'jwks.json');
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(made.publicKey)), alg: 'ES256', kid: 'one' }] }));
  counter = await openCounter({ env: { JWT_JWKS_FILE: file, JWT_ISSUER: issuer } });
  host = new Host(counter);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

interface Claims {
  readonly signedBy?: CryptoKey;
  readonly issuedBy?: string;
  readonly audience?: string;
  readonly subject?: string;
  readonly expires?: string;
  readonly more?: Record<string, unknown>;
}

/** A token of the club's own server for one of its members. */
function token(member: string, claims: Claims = {}): Promise<string> {
  return new SignJWT({ tillflow_member: member, ...claims.more })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(claims.issuedBy ?? issuer)
    .setAudience(claims.audience ?? 'tillflow')
    .setSubject(claims.subject ?? 'somebody')
    .setIssuedAt()
    .setExpirationTime(claims.expires ?? '5m')
    .sign(claims.signedBy ?? key);
}

interface Answer {
  readonly status: number;
  readonly body: ShownPayment & { code?: string };
}

async function ask(as: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${counter.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const wish = (member: string, amount = 1_000) => ({
  member,
  to: club,
  amount: { amount, currency: 'AUD' },
  description: 'Entry fee',
});

describe('a member with their own token', () => {
  it('pays, tops up and reads what is their own', async () => {
    const member = await host.member(5_000);
    const own = await token(member);
    const paid = await ask(own, 'POST', '/v1/payments', wish(member));
    expect([paid.status, paid.body.status]).toEqual([201, 'paid']);
    const topUp = await ask(own, 'POST', `/v1/members/${member}/top-ups`, {
      amount: { amount: 5_000, currency: 'AUD' },
    });
    expect(topUp.body.status).toBe('checkout_required');
    const paths = [
      ...['', '/statement', '/balance', '/notices', '/refunds', '/auto-top-up', '/recipients'].map(
        (part) => `/v1/members/${member}${part}`,
      ),
      ...[`/v1/payments/${paid.body.id}`, `/v1/top-ups/${topUp.body.id}`],
    ];
    const answers = await Promise.all(paths.map((path) => ask(own, 'GET', path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  });

  it('is also known by the name that the host has for them', async () => {
    const externalRef = randomUUID();
    const member = await host.member(5_000, { externalRef });
    const own = await token('', { subject: externalRef, more: { tillflow_member: undefined } });
    expect((await ask(own, 'GET', `/v1/members/${member}/balance`)).status).toBe(200);
  });

  it('[W-24] reaches nothing of anybody else, and nothing is moved or changed', async () => {
    const [member, other] = [await host.member(5_000), await host.member(5_000)];
    const own = await token(member);
    const { body: theirs } = await host.pay(other, club, 9_000);
    const { body: topUp } = await host.topUp(other, 5_000);
    const sentBefore = (await counter.control.requests({ method: 'POST' })).length;
    const answers = [
      await ask(own, 'POST', '/v1/payments', wish(other)),
      await ask(own, 'GET', `/v1/payments/${theirs.id}`),
      await ask(own, 'POST', `/v1/payments/${theirs.id}/cancel`, {}),
      await ask(own, 'POST', `/v1/payments/${theirs.id}/confirmed`, {}),
      await ask(own, 'GET', `/v1/top-ups/${topUp.id}`),
      await ask(own, 'POST', `/v1/top-ups/${topUp.id}/cancel`, {}),
      await ask(own, 'GET', `/v1/members/${other}`),
      await ask(own, 'GET', `/v1/members/${other}/statement`),
      await ask(own, 'GET', `/v1/members/${other}/notices`),
      await ask(own, 'POST', `/v1/members/${other}/refunds`, { topUp: topUp.id }),
      await ask(own, 'POST', `/v1/members/${member}/refunds`, { topUp: topUp.id }),
      await ask(own, 'POST', `/v1/members/${other}/auto-top-up`, {}),
      await ask(own, 'DELETE', `/v1/members/${other}/auto-top-up`),
      await ask(own, 'GET', '/v1/payments/pay_01KAJ0000000000000000000AA'),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual(
      answers.map(() => '404 not_found'),
    );
    expect((await counter.control.requests({ method: 'POST' })).length).toBe(sentBefore);
    expect((await host.show(theirs.id)).state).toBe('checkout');
    expect(await linesOf(counter, `member/${other}`)).toEqual([]);
  });

  it('[W-24] opens no card payment again that is over', async () => {
    const member = await host.member(0);
    const own = await token(member);
    const { body } = await ask(own, 'POST', '/v1/payments', wish(member, 5_000));
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await until(async () => (await host.show(body.id)).state === 'paid');
    const again = await ask(own, 'GET', `/v1/payments/${body.id}`);
    expect([again.body.status, again.body.checkout]).toEqual(['paid', undefined]);
    expect((await ask(own, 'POST', `/v1/payments/${body.id}/cancel`, {})).body.code).toBe('payment_state_conflict');
    expect(await linesOf(counter, `member/${member}`)).toHaveLength(2);
  });

  it('may do nothing of what hosts, organisations and administrators do', async () => {
    const member = await host.member(5_000);
    const own = await token(member);
    const answers = [
      await ask(own, 'GET', '/v1/members'),
      await ask(own, 'POST', '/v1/members', {}),
      await ask(own, 'PATCH', `/v1/members/${member}`, {}),
      await ask(own, 'POST', '/v1/payment-batches', {}),
      await ask(own, 'POST', '/v1/refunds', {}),
      await ask(own, 'GET', '/v1/refunds'),
      await ask(own, 'POST', '/v1/internal-refunds', {}),
      await ask(own, 'POST', '/v1/ious', {}),
      await ask(own, 'GET', '/v1/callbacks/endpoints'),
      await ask(own, 'GET', '/v1/ledger/accounts/suspense%2Funmatched%2FAUD'),
      await ask(own, 'POST', '/v1/sales', {}),
      await ask(own, 'GET', '/v1/notices'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
  });
});

describe('a token that is not good', () => {
  it('lets nobody in, and does not say why', async () => {
    const member = await host.member(5_000);
    const bad = [
      await token(member, { signedBy: foreignKey }),
      await token(member, { issuedBy: 'https://elsewhere.example' }),
      await token(member, { audience: 'another-service' }),
      await token(member, { expires: '-5m' }),
      await token('mem_01KAJ0000000000000000000AA'),
      await token('', { subject: 'nobody-here', more: { tillflow_member: undefined } }),
      `${(await token(member)).slice(0, -4)}AAAA`,
      'not.a.token',
    ];
    const answers = await Promise.all(bad.map((one) => ask(one, 'GET', `/v1/members/${member}`)));
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual(
      bad.map(() => '401 unauthenticated'),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });
});

describe('a member of the staff with a token', () => {
  it('has the roles that it names and no others, and is written down as who acted', async () => {
    const member = await host.member(5_000);
    const viewer = await token('', {
      subject: 'auditor',
      more: { tillflow_member: undefined, tillflow_roles: ['payments.view', 'nonsense'] },
    });
    expect((await ask(viewer, 'GET', `/v1/members/${member}/statement`)).status).toBe(200);
    expect((await ask(viewer, 'POST', '/v1/payments', wish(member))).status).toBe(403);
    const clerk = await token('', {
      subject: 'clerk-3',
      more: { tillflow_member: undefined, tillflow_roles: ['payments.use'] },
    });
    const paid = await ask(clerk, 'POST', '/v1/payments', wish(member));
    expect(paid.body.status).toBe('paid');
    const [row] = await counter.orm.em
      .fork()
      .getConnection()
      .execute<{ actor: string }[]>(`SELECT actor FROM payment WHERE id = '${paid.body.id}'`);
    expect(row?.actor).toBe('person:clerk-3');
  });
});
