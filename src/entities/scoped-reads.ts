import type { SqlEntityManager } from '@mikro-orm/sql';
import { LockMode, type FilterQuery } from '@mikro-orm/core';
import type { Scope } from '../domain/principal.ts';
import { ApiKey } from './api-key.entity.ts';
import { CallbackDelivery } from './events/callback-delivery.entity.ts';
import { CallbackEndpoint } from './events/callback-endpoint.entity.ts';
import { Correction } from './reconciliation/correction.entity.ts';
import { Dispute } from './payments/dispute.entity.ts';
import { Iou } from './members/iou.entity.ts';
import { Member } from './members/member.entity.ts';
import { Notice } from './members/notice.entity.ts';
import { OrganisationLetter } from './organisations/organisation-letter.entity.ts';
import { Organisation } from './organisations/organisation.entity.ts';
import { ProcessorAccount } from './processor-account.entity.ts';
import { Reader } from './counter/reader.entity.ts';
import { Refund } from './payments/refund.entity.ts';
import { ReportJob } from './reports/report-job.entity.ts';
import { Site } from './counter/site.entity.ts';
import { TopUp } from './cards/top-up.entity.ts';

/** A page of rows in the order of their ids; `nextCursor` is the last id when there are more. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextCursor: string | null;
}
export interface PageRequest {
  readonly limit: number;
  /** The last id of the page before. */
  readonly after: string | null;
}

/**
 * The one entry to reads of aggregates: whatever is asked, only rows within the caller's scope are found, so a foreign
 * id is as good as an unknown one (decisions D54).
 */
export function scopedTo(em: SqlEntityManager, scope: Scope): ScopedReads {
  return new ScopedReads(em, scope);
}

/** Reads of one caller; see `scopedTo`. */
export class ScopedReads {
  readonly #em: SqlEntityManager;
  readonly #scope: Scope;

  constructor(em: SqlEntityManager, scope: Scope) {
    this.#em = em;
    this.#scope = scope;
  }

  async organisation(id: string): Promise<Organisation | null> {
    return this.#em.findOne(Organisation, and<Organisation>({ id: id as Organisation['id'] }, this.#ownOrganisation()));
  }

  /** Those of `ids` that the caller may see, by their ids. */
  async organisationsNamed(ids: readonly string[]): Promise<ReadonlyMap<string, Organisation>> {
    const where = { id: { $in: distinct<Organisation['id']>(ids) } };
    const found = await this.#em.find(Organisation, and<Organisation>(where, this.#ownOrganisation()));
    return new Map(found.map((organisation) => [organisation.id, organisation]));
  }

  async organisations(page: PageRequest): Promise<Page<Organisation>> {
    const where = and<Organisation>(this.#ownOrganisation(), after(page));
    return cut(await this.#em.find(Organisation, where, ordered(page)), page);
  }

  /** A site by its identifier, its slug, or its number. */
  async site(where: { id?: Site['id']; slug?: string; no?: number }): Promise<Site | null> {
    return this.#em.findOne(Site, and<Site>(where, this.#ownSite()));
  }

  async sites(page: PageRequest, filter: FilterQuery<Site> = {}): Promise<Page<Site>> {
    const where = and<Site>(this.#ownSite(), filter, after(page));
    return cut(await this.#em.find(Site, where, ordered(page)), page);
  }

  async reader(id: string): Promise<Reader | null> {
    return this.#em.findOne(Reader, and<Reader>({ id: id as Reader['id'] }, this.#ofSite()));
  }

  async readers(page: PageRequest, filter: FilterQuery<Reader> = {}): Promise<Page<Reader>> {
    const where = and<Reader>(this.#ofSite(), filter, after(page));
    return cut(await this.#em.find(Reader, where, ordered(page)), page);
  }

  async apiKey(id: string): Promise<ApiKey | null> {
    return this.#em.findOne(ApiKey, and<ApiKey>({ id: id as ApiKey['id'] }, this.#ofSite()));
  }

  async apiKeys(page: PageRequest): Promise<Page<ApiKey>> {
    const where = and<ApiKey>(this.#ofSite(), after(page));
    return cut(await this.#em.find(ApiKey, where, ordered(page)), page);
  }

  /** Members are the platform's: no organisation's key sees them. */
  async member(id: string): Promise<Member | null> {
    if (this.#scope.organisationId !== null) return null;
    return this.#em.findOne(Member, { id: id as Member['id'] });
  }

  /** Those of `ids` that the caller may see, by their ids. */
  async membersNamed(ids: readonly string[]): Promise<ReadonlyMap<string, Member>> {
    if (this.#scope.organisationId !== null) return new Map();
    const found = await this.#em.find(Member, { id: { $in: distinct<Member['id']>(ids) } });
    return new Map(found.map((member) => [member.id, member]));
  }

  async members(page: PageRequest, filter: FilterQuery<Member> = {}): Promise<Page<Member>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    return cut(await this.#em.find(Member, and<Member>(filter, after(page)), ordered(page)), page);
  }

  async topUp(id: string): Promise<TopUp | null> {
    if (this.#scope.organisationId !== null) return null;
    return this.#em.findOne(TopUp, { id: id as TopUp['id'] });
  }

  /** Refunds and disputes of card money are the platform's, as payments are. */
  async refunds(page: PageRequest, filter: FilterQuery<Refund> = {}): Promise<Page<Refund>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    return cut(await this.#em.find(Refund, and<Refund>(filter, after(page)), ordered(page)), page);
  }

  async disputes(page: PageRequest, filter: FilterQuery<Dispute> = {}): Promise<Page<Dispute>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    return cut(await this.#em.find(Dispute, and<Dispute>(filter, after(page)), ordered(page)), page);
  }

  /** What is booked by hand is the platform's. */
  async correction(where: FilterQuery<Correction>): Promise<Correction | null> {
    return this.#scope.organisationId === null ? this.#em.findOne(Correction, where) : null;
  }

  async corrections(page: PageRequest, filter: FilterQuery<Correction>): Promise<Page<Correction>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    return cut(await this.#em.find(Correction, and<Correction>(filter, after(page)), ordered(page)), page);
  }

  async iou(id: string): Promise<Iou | null> {
    return this.#em.findOne(Iou, and<Iou>({ id: id as Iou['id'] }, this.#ofOrganisation()));
  }

  async ious(page: PageRequest, filter: FilterQuery<Iou> = {}): Promise<Page<Iou>> {
    const where = and<Iou>(this.#ofOrganisation(), filter, after(page));
    return cut(await this.#em.find(Iou, where, ordered(page)), page);
  }

  /** Callbacks are the platform's, as payments of members are. */
  async callbackEndpoint(id: string): Promise<CallbackEndpoint | null> {
    if (this.#scope.organisationId !== null) return null;
    return this.#em.findOne(CallbackEndpoint, { id: id as CallbackEndpoint['id'] });
  }

  async reportJob(id: string): Promise<ReportJob | null> {
    return this.#em.findOne(ReportJob, and<ReportJob>({ id: id as ReportJob['id'] }, this.#ofOrganisation()));
  }

  async reportJobs(page: PageRequest, filter: FilterQuery<ReportJob>): Promise<Page<ReportJob>> {
    const where = and<ReportJob>(this.#ofOrganisation(), filter, after(page));
    return cut(await this.#em.find(ReportJob, where, ordered(page)), page);
  }

  async callbackEndpoints(page: PageRequest): Promise<Page<CallbackEndpoint>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    return cut(await this.#em.find(CallbackEndpoint, and<CallbackEndpoint>(after(page)), ordered(page)), page);
  }

  async callbackDelivery(id: string): Promise<CallbackDelivery | null> {
    if (this.#scope.organisationId !== null) return null;
    return this.#em.findOne(CallbackDelivery, { id: id as CallbackDelivery['id'] });
  }

  async callbackDeliveries(
    page: PageRequest,
    filter: FilterQuery<CallbackDelivery> = {},
  ): Promise<Page<CallbackDelivery>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    const where = and<CallbackDelivery>(filter, after(page));
    return cut(await this.#em.find(CallbackDelivery, where, ordered(page)), page);
  }

  /** Notices are the platform's, as members are. */
  async notice(id: string): Promise<Notice | null> {
    if (this.#scope.organisationId !== null) return null;
    return this.#em.findOne(Notice, { id: id as Notice['id'] });
  }

  async notices(page: PageRequest, filter: FilterQuery<Notice> = {}): Promise<Page<Notice>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    return cut(await this.#em.find(Notice, and<Notice>(filter, after(page)), ordered(page)), page);
  }

  /** Letters to organisations are the platform's to send; no other transaction changes it until this one is over. */
  async letterForChange(id: string): Promise<OrganisationLetter | null> {
    if (this.#scope.organisationId !== null) return null;
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE };
    return this.#em.findOne(OrganisationLetter, { id: id as OrganisationLetter['id'] }, lock);
  }

  async letters(page: PageRequest, filter: FilterQuery<OrganisationLetter> = {}): Promise<Page<OrganisationLetter>> {
    if (this.#scope.organisationId !== null) return { rows: [], nextCursor: null };
    const where = and<OrganisationLetter>(filter, after(page));
    return cut(await this.#em.find(OrganisationLetter, where, ordered(page)), page);
  }

  /** The platform's accounts are also what an organisation may sell through, so it sees those and its own. */
  async processorAccount(id: string): Promise<ProcessorAccount | null> {
    return this.#em.findOne(
      ProcessorAccount,
      and<ProcessorAccount>({ id: id as ProcessorAccount['id'] }, this.#usableAccount()),
    );
  }

  async processorAccounts(page: PageRequest): Promise<Page<ProcessorAccount>> {
    const where = and<ProcessorAccount>(this.#usableAccount(), after(page));
    return cut(await this.#em.find(ProcessorAccount, where, ordered(page)), page);
  }

  #ownOrganisation(): FilterQuery<Organisation> {
    return this.#scope.organisationId === null ? {} : { id: this.#scope.organisationId };
  }

  #ofOrganisation(): { organisationId?: Iou['organisationId'] } {
    return this.#scope.organisationId === null ? {} : { organisationId: this.#scope.organisationId };
  }

  #ownSite(): FilterQuery<Site> {
    return {
      ...(this.#scope.organisationId === null ? {} : { organisationId: this.#scope.organisationId }),
      ...(this.#scope.siteId === null ? {} : { id: this.#scope.siteId }),
    };
  }

  #ofSite(): { organisationId?: Site['organisationId']; siteId?: Site['id'] } {
    return {
      ...(this.#scope.organisationId === null ? {} : { organisationId: this.#scope.organisationId }),
      ...(this.#scope.siteId === null ? {} : { siteId: this.#scope.siteId }),
    };
  }

  #usableAccount(): FilterQuery<ProcessorAccount> {
    return this.#scope.organisationId === null
      ? {}
      : { $or: [{ organisationId: this.#scope.organisationId }, { organisationId: null }] };
  }
}

function distinct<T extends string>(ids: readonly string[]): T[] {
  return [...new Set(ids)] as T[];
}

function and<T>(...conditions: FilterQuery<T>[]): FilterQuery<T> {
  return { $and: conditions } as FilterQuery<T>;
}

function after(page: PageRequest): { id?: { $gt: never } } {
  return page.after === null ? {} : { id: { $gt: page.after as never } };
}

function ordered(page: PageRequest): { orderBy: { id: 'asc' }; limit: number } {
  return { orderBy: { id: 'asc' }, limit: page.limit + 1 };
}

function cut<T extends { id: string }>(rows: readonly T[], page: PageRequest): Page<T> {
  const kept = rows.slice(0, page.limit);
  return { rows: kept, nextCursor: rows.length > page.limit ? (kept.at(-1)?.id ?? null) : null };
}
