import type { Constructor } from '@mikro-orm/core';
import type { Migration } from '@mikro-orm/migrations';
import { Migration0001Book } from './0001-book.ts';
import { CounterMigration } from './0002-counter.ts';
import { MembersMigration } from './0003-members.ts';
import { MoneyBackMigration } from './0004-money-back.ts';
import { ConsentsMigration } from './0005-consents.ts';
import { FundingMigration } from './0006-funding.ts';
import { AssertedActorsMigration } from './0007-asserted-actors.ts';
import { SettlementMigration } from './0008-settlement.ts';
import { OrganisationsMigration } from './0009-organisations.ts';
import { SettlementRunsMigration } from './0010-settlement-runs.ts';
import { PayoutsMigration } from './0011-payouts.ts';
import { ReportJobsMigration } from './0013-report-jobs.ts';
import { ReconciliationMigration } from './0014-reconciliation.ts';
import { CorrectionsMigration } from './0015-corrections.ts';

/** Every migration in order; they only go forward (decisions D56). */
export const migrations: readonly { readonly name: string; readonly class: Constructor<Migration> }[] = [
  { name: '0001-book', class: Migration0001Book },
  { name: '0002-counter', class: CounterMigration },
  { name: '0003-members', class: MembersMigration },
  { name: '0004-money-back', class: MoneyBackMigration },
  { name: '0005-consents', class: ConsentsMigration },
  { name: '0006-funding', class: FundingMigration },
  { name: '0007-asserted-actors', class: AssertedActorsMigration },
  { name: '0008-settlement', class: SettlementMigration },
  { name: '0009-organisations', class: OrganisationsMigration },
  { name: '0010-settlement-runs', class: SettlementRunsMigration },
  { name: '0011-payouts', class: PayoutsMigration },
  { name: '0013-report-jobs', class: ReportJobsMigration },
  { name: '0014-reconciliation', class: ReconciliationMigration },
  { name: '0015-corrections', class: CorrectionsMigration },
];
