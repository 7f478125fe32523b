import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import { isCurrency } from '../../domain/currency.ts';
import { organisationId } from '../../domain/ids.ts';
import { levelOf, personOf, signatureOf, type Principal } from '../../domain/principal.ts';
import { recordAct } from '../../entities/audit.ts';
import { bankDetailVersions, currentBankDetails } from '../../entities/organisations/bank-details.ts';
import type { Done } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import { queueOrganisationLetter } from '../../entities/organisations/organisation-letters.ts';
import { Organisation } from '../../entities/organisations/organisation.entity.ts';
import { definedOnly, refusingDuplicates } from '../duplicates.ts';
import { made } from '../once.ts';
import { organisationView } from './organisation-view.ts';
import { refusedField } from '../refused-field.ts';
import { currency, externalRef, text, zone } from '../schemas.ts';

/** Several lines, as they stand on an envelope. */
const address = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]*(\n[^\p{Cc}]*)*$/u, 'must be lines without control characters');
const facts = {
  email: z.email().max(254).nullable().optional(),
  address: address.nullable().optional(),
  zone: zone.optional(),
  currency: currency.optional(),
  floatMinor: z
    .int()
    .optional()
    .meta({ description: 'Left on the account by a settlement, in minor units; 0 or more' }),
  isInternal: z.boolean().optional().meta({ description: 'Settled without a tax invoice' }),
  payoutMethod: z.enum(['bank', 'transfer']).optional(),
  connectedAccountRef: text(120).nullable().optional(),
};

export const newOrganisation = z
  .strictObject({
    name: text(120),
    no: z.int().positive().max(2_000_000_000).optional().meta({ description: 'Your number of it; ours without one' }),
    externalRef: externalRef.optional(),
    ...facts,
  })
  .meta({ id: 'NewOrganisation' });

export const changedOrganisation = z
  .strictObject({
    name: text(120).optional(),
    status: z.enum(['active', 'closed']).optional(),
    externalRef: externalRef.nullable().optional(),
    ...facts,
  })
  .meta({ id: 'OrganisationChange' });

type NewOrganisation = z.output<typeof newOrganisation>;
type ChangedOrganisation = z.output<typeof changedOrganisation>;

/** Adds an organisation; `defaultZone` is the deployment's. */
export async function addOrganisation(
  em: SqlEntityManager,
  principal: Principal,
  wish: NewOrganisation & { readonly defaultZone: string },
): Promise<Done> {
  const { defaultZone, ...given } = wish;
  requireFacts(given, {});
  const organisation = em.create(Organisation, {
    ...{ zone: defaultZone, ...definedOnly(given) },
    id: organisationId(newId('organisation')),
    name: given.name,
    status: 'active',
    createdAt: new Date(),
  });
  await save(em, organisation, given.no === undefined ? 'externalRef' : 'no');
  const view = organisationView(organisation, []);
  record(em, { principal, organisation, action: 'organisation.create', after: view });
  return made(201, view.id, view);
}

/** Changes an organisation. What decides how it is paid is the platform's to change. */
export async function changeOrganisation(
  em: SqlEntityManager,
  principal: Principal,
  { organisation, change }: { readonly organisation: Organisation; readonly change: ChangedOrganisation },
): Promise<Done> {
  requireOwnToChange(principal, change);
  requireFacts(change, organisation);
  const details = currentBankDetails(await bankDetailVersions(em, [organisation.id]));
  const before = organisationView(organisation, details);
  const at = new Date();
  em.assign(organisation, { ...definedOnly(change), ...closing(organisation, change, at) });
  tellOfContact(em, { organisation, principal, before: before.email, at });
  await save(em, organisation, 'externalRef');
  const after = organisationView(organisation, details);
  record(em, { principal, organisation, action: 'organisation.change', before, after });
  return made(200, after.id, after);
}

/** Who did it, in words for a letter. */
export function doneBy(principal: Principal): string {
  return personOf(principal) ?? principal.name;
}

/** Both the old address and the new one are told, so that no one can turn an organisation's letters away unseen. */
function tellOfContact(
  em: SqlEntityManager,
  told: {
    readonly organisation: Organisation;
    readonly principal: Principal;
    readonly before: string | null;
    readonly at: Date;
  },
): void {
  const { organisation, principal, before, at } = told;
  const after = organisation.email ?? null;
  if (before === after) return;
  if (before !== null) organisation.previousEmail = before;
  const facts = { email: after ?? 'nobody', by: doneBy(principal) };
  const change = newId('organisationLetter');
  for (const [which, recipient] of Object.entries({ old: before, new: after })) {
    const dedupeKey = `contact-${change}-${which}`;
    const word = { organisationId: organisation.id, kind: 'contact_changed', recipient, dedupeKey, facts } as const;
    queueOrganisationLetter(em, word, at);
  }
}

function closing(
  { status, closedAt }: Organisation,
  change: ChangedOrganisation,
  at: Date,
): { closedAt?: Date | null } {
  if (change.status === undefined || change.status === status) return {};
  return { closedAt: change.status === 'closed' ? (closedAt ?? at) : null };
}

const platformsFields = ['currency', 'isInternal', 'payoutMethod', 'connectedAccountRef'] as const;

function requireOwnToChange(principal: Principal, change: ChangedOrganisation): void {
  if (levelOf(principal) === 'platform') return;
  const field = platformsFields.find((name) => change[name] !== undefined);
  if (field === undefined) return;
  throw new DomainError('forbidden', `Only a key of the platform may change ${field}.`, {
    errors: [{ field, code: 'forbidden', message: 'is the platform’s to change' }],
  });
}

/** `known` is what the organisation has already. */
function requireFacts(
  wish: NewOrganisation | ChangedOrganisation,
  known: Partial<Pick<Organisation, 'payoutMethod' | 'connectedAccountRef'>>,
): void {
  const { floatMinor = 0, currency: code = 'AUD' } = wish;
  if (floatMinor < 0) throw refusedField('float_out_of_range', 'floatMinor', 'must be 0 or more');
  if (!isCurrency(code)) throw refusedField('currency_unsupported', 'currency', 'is no currency of ours');
  const after = { ...known, ...definedOnly(wish) };
  if (after.payoutMethod === 'transfer' && !after.connectedAccountRef) {
    throw refusedField('invalid_request', 'connectedAccountRef', 'is needed to pay by transfer');
  }
}

async function save(em: SqlEntityManager, organisation: Organisation, field: string): Promise<void> {
  await refusingDuplicates(field, () => em.persist(organisation).flush());
  await em.refresh(organisation);
}

interface OrganisationAct {
  readonly principal: Principal;
  readonly organisation: Organisation;
  readonly action: 'organisation.create' | 'organisation.change';
  readonly before?: ReturnType<typeof organisationView>;
  readonly after: ReturnType<typeof organisationView>;
}

function record(em: SqlEntityManager, { principal, organisation, ...act }: OrganisationAct): void {
  recordAct(em, { ...act, ...signatureOf(principal), target: organisation.id, organisationId: organisation.id });
}
