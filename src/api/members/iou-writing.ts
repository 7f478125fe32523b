import type { SqlEntityManager } from '@mikro-orm/sql';
import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { iouId } from '../../domain/ids.ts';
import { iouDescription } from '../../domain/members/iou.ts';
import { assertChargeable, money } from '../../domain/money.ts';
import type { Principal } from '../../domain/principal.ts';
import { iouRouteCode } from '../../domain/route-code.ts';
import type { WriteRequest } from '../../entities/idempotency.ts';
import { Iou } from '../../entities/members/iou.entity.ts';
import { tellOfIou } from '../../entities/members/iou-notices.ts';
import { iouStateConflict, isIouLocked, lockIouStatement } from '../../entities/members/ious.ts';
import type { Member } from '../../entities/members/member.entity.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import type { Organisation } from '../../entities/organisations/organisation.entity.ts';
import { scopedTo, type ScopedReads } from '../../entities/scoped-reads.ts';
import { refusingDuplicates } from '../duplicates.ts';
import { createPayment, type MemberMoneyParts } from '../payments/payment-writing.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';

/** An IOU as it is asked for; `amount` in minor units. */
export interface IouWish {
  readonly externalRef: string;
  readonly organisation?: string | undefined;
  readonly memberNo: number;
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly description?: string | undefined;
  readonly session?: string | undefined;
  readonly dueAt?: string | undefined;
}

/**
 * Writes an IOU down, or finds the one with the same `externalRef`; the same name for something else is refused with
 * `conflict`. The number may belong to nobody yet: whoever registers with it owes (decisions D20).
 */
export async function ensureIou(
  em: SqlEntityManager,
  principal: Principal,
  wish: IouWish,
): Promise<{ readonly iou: Iou; readonly isNew: boolean }> {
  const reads = scopedTo(em, principal);
  const organisation = await creditorOf(reads, principal, wish.organisation);
  const known = await knownIou(reads, organisation, wish);
  if (known !== undefined) return { iou: known, isNew: false };
  if (organisation.status === 'closed') throw new DomainError('conflict', 'The organisation is closed.');
  assertChargeable(money(wish.amount.amount, parseCurrency(wish.amount.currency)));
  const debtor = await debtorOf(em, wish);
  const iou = newIou(em, organisation, wish);
  await refusingDuplicates('externalRef', () => em.persist(iou).flush());
  await em.refresh(iou);
  if (debtor !== null) tellOfIou(em, { iou, debtor, organisationName: organisation.name }, iou.createdAt);
  return { iou, isNew: true };
}

/** Whom IOUs are owed to: the organisation named, or the key's own. */
export async function creditorOf(
  reads: ScopedReads,
  principal: Principal,
  named: string | undefined,
): Promise<Organisation> {
  const owner = named ?? principal.organisationId;
  if (owner === null) throw refusedField('invalid_request', 'organisation', 'must be given with a key of the platform');
  const organisation = await reads.organisation(owner);
  if (organisation === null) throw refusedField('not_found', 'organisation', 'names no organisation of yours');
  return organisation;
}

async function knownIou(reads: ScopedReads, organisation: Organisation, wish: IouWish): Promise<Iou | undefined> {
  const filter = { organisationId: organisation.id, externalRef: wish.externalRef };
  const [known] = (await reads.ious({ limit: 1, after: null }, filter)).rows;
  if (known === undefined || isSameDebt(known, wish)) return known;
  throw new DomainError('conflict', 'Another IOU has this externalRef.', { iou: known.id });
}

function isSameDebt(known: Iou, { memberNo, amount, description, session }: IouWish): boolean {
  const isSameMoney = known.amountMinor === amount.amount && known.currency === amount.currency;
  const isSameReason = (known.description ?? undefined) === description && (known.sessionRef ?? undefined) === session;
  return known.memberNo === memberNo && isSameMoney && isSameReason;
}

/** Who has the number; a member's account is in one currency, so that nothing else can be owed by them. */
async function debtorOf(em: SqlEntityManager, { memberNo, amount }: IouWish): Promise<Member | null> {
  // An organisation does not see members, but it may name one of them by number.
  const platform = scopedTo(em, { organisationId: null, siteId: null });
  const [debtor] = (await platform.members({ limit: 1, after: null }, { no: memberNo })).rows;
  if (debtor === undefined) return null;
  if (debtor.currency === amount.currency) return debtor;
  throw new DomainError('currency_mismatch', 'The member pays in another currency.');
}

function newIou(em: SqlEntityManager, organisation: Organisation, wish: IouWish): Iou {
  return em.create(Iou, {
    id: iouId(newId('iou')),
    externalRef: wish.externalRef,
    organisationId: organisation.id,
    memberNo: wish.memberNo,
    amountMinor: wish.amount.amount,
    currency: wish.amount.currency,
    description: wish.description ?? null,
    sessionRef: wish.session ?? null,
    state: 'open',
    dueAt: wish.dueAt === undefined ? null : new Date(wish.dueAt),
    createdAt: new Date(),
  });
}

export interface IouPayment {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly iou: string;
  readonly member: string;
  /** The member pays what somebody else owes, and says so. */
  readonly forAnother: boolean;
  readonly returnUrl?: string | undefined;
}

/**
 * Pays an IOU by an interactive payment to its organisation (cobalt.md 2.11). The lock is written with the payment or
 * not at all; `iou_state_conflict` for whoever comes second (IOU-05, W-36). The payment's outcome closes the IOU, or
 * opens it again.
 */
export async function payIou(parts: MemberMoneyParts, asked: IouPayment): Promise<Answer> {
  const { principal, write, member, returnUrl } = asked;
  const reads = scopedTo(unitOfWork(parts.orm), principal);
  const iou = await reads.iou(asked.iou);
  if (iou === null) throw noSuchIou();
  await requireDebtor(reads, iou, asked);
  const wish = {
    member,
    to: { kind: 'organisation', id: iou.organisationId } as const,
    amount: { amount: iou.amountMinor, currency: iou.currency },
    description: iouDescription(iou.no, iou.description ?? null),
    type: 'Miscellaneous' as const,
    session: iou.sessionRef ?? undefined,
    route: { code: iouRouteCode, payload: iou.id },
    returnUrl,
    with: (paymentId: Parameters<typeof lockIouStatement>[1]) => [lockIouStatement(iou.id, paymentId)],
  };
  try {
    return await createPayment(parts, { principal, write, wish });
  } catch (error) {
    if (!isIouLocked(error)) throw error;
    throw iouStateConflict((await scopedTo(unitOfWork(parts.orm), principal).iou(iou.id)) ?? iou);
  }
}

async function requireDebtor(reads: ScopedReads, iou: Iou, { member, forAnother }: IouPayment): Promise<void> {
  const payer = await reads.member(member);
  if (payer === null) throw refusedField('not_found', 'member', 'names no member');
  if (payer.no === iou.memberNo || forAnother) return;
  throw new DomainError('not_the_debtor', `Member ${iou.memberNo} owes this; say \`forAnother\` to pay it for them.`);
}

export function noSuchIou(): DomainError {
  return new DomainError('not_found', 'There is no such IOU.');
}
