import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { DomainError } from '../../domain/errors.ts';
import { memberId, personId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import { isRole, organisationUserRoles, type Role } from '../../domain/roles.ts';
import { organisationRoleOf } from '../../entities/organisations/organisation-users.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { textOf } from '../../entities/sql-pool.ts';

/** Whose tokens are believed. */
export interface TokenSettings {
  /** The issuer's public keys. */
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  readonly audience: string;
}

const algorithms = ['RS256', 'ES256', 'EdDSA'];
/** Clocks differ a little; in seconds. */
const clockTolerance = 60;
/** What members may do with their own things; all else is denied. */
const memberRoles: ReadonlySet<Role> = new Set(['payments.use', 'payments.view', 'member.view']);

/**
 * Tells persons by the JWT of a host or an identity provider (decisions D32). `tillflow_roles` makes somebody of the
 * staff; `tillflow_organisation` one of an organisation's people, if it has entered them; otherwise the token is a member's,
 * named by `tillflow_member` or by `sub`, which is the host's own name for them.
 */
export class PersonTokens {
  readonly #pool: SqlPool;
  readonly #settings: TokenSettings;

  constructor(pool: SqlPool, settings: TokenSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  /** The person, or null: forged, expired, meant for somebody else and of nobody are all the same. */
  async principal(token: string): Promise<Principal | null> {
    const claims = await this.#claims(token);
    const subject = claims?.sub;
    if (claims === null || subject === undefined || !/^[\x21-\x7e]{1,100}$/.test(subject)) return null;
    const person = { keyId: personId(subject), name: subject, organisationId: null, siteId: null };
    const staff = claims['tillflow_roles'];
    if (staff !== undefined) return { ...person, roles: rolesIn(staff) };
    const organisation = claims['tillflow_organisation'];
    if (organisation !== undefined) return this.#forOrganisation(person, organisation);
    const own = await this.#memberOf(claims['tillflow_member'], subject);
    return own === null ? null : { ...person, memberId: memberId(own), roles: memberRoles };
  }

  /** Only who was entered as one of its people: a token alone makes nobody act for an organisation. */
  async #forOrganisation(person: Omit<Principal, 'roles'>, organisation: unknown): Promise<Principal | null> {
    const held = await organisationRoleOf(this.#pool, organisation, person.name);
    if (held === null) return null;
    const roles = new Set(organisationUserRoles[held.role]);
    return { ...person, organisationId: held.organisationId, roles };
  }

  async #claims(token: string): Promise<JWTPayload | null> {
    const { keys, issuer, audience } = this.#settings;
    try {
      const options = { issuer, audience, algorithms, clockTolerance, requiredClaims: ['exp', 'sub'] };
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      if (isIssuerAway(error)) throw issuerAway();
      return null; // Whoever sent it learns no more than that it is not valid.
    }
  }

  async #memberOf(claim: unknown, subject: string): Promise<string | null> {
    const [column, value] = typeof claim === 'string' ? ['id', claim] : ['external_ref', subject];
    // The column takes "Betty" for "BETTY": another subject must not become this member.
    const exactly = `${column} = ? AND BINARY ${column} = BINARY ?`;
    const sql = `SELECT id FROM member WHERE ${exactly} AND status = 'active'`;
    const [row] = await this.#pool.rows(sql, [value, value]);
    return row === undefined ? null : textOf(row, 'id');
  }
}

/** The library has a word for each fault of a token; a set of keys that was not read has none, but for its timeout. */
function isIssuerAway(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return error.code === errors.JWKSTimeout.code || error.code === errors.JOSEError.code;
}

/** Without the issuer's keys nothing is known about a token: the caller may well be who they say. */
function issuerAway(): DomainError {
  return new DomainError('temporarily_unavailable', 'The issuer of tokens does not answer; repeat the request.');
}

function rolesIn(claim: unknown): ReadonlySet<Role> {
  const names = Array.isArray(claim) ? claim.filter((name): name is string => typeof name === 'string') : [];
  return new Set(names.filter(isRole));
}
