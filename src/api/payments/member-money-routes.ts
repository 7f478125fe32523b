import type { Client } from '@temporalio/client';
import type { TopUpLimits } from '../../domain/cards/auto-top-up.ts';
import type { CheckoutTiming } from '../../domain/payments/payment-snapshot.ts';
import type { RefundRules } from '../../domain/payments/refund.ts';
import type { RefundTiming } from '../../domain/payments/refund-snapshot.ts';
import type { AnswerKeeper } from '../../entities/answer-keeper.ts';
import { AutoTopUps } from '../../entities/cards/auto-top-ups.ts';
import { refundRulesReader } from '../../entities/organisations/fees.read.ts';
import type { Orm } from '../../entities/orm.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import type { CardSetUpDirect } from '../../stripe/card-set-up.direct.ts';
import type { BrowserSecrets } from '../../stripe/client-secret.direct.ts';
import { MemberMoneyMessenger } from './member-money-messenger.ts';
import { RefundMessenger } from './refund-messenger.ts';
import type { Route } from '../route.ts';
import { autoTopUpRoutes } from '../routes/cards/auto-top-up.route.ts';
import { bookingRoutes } from '../routes/payments/bookings.route.ts';
import { chargeRoutes } from '../routes/payments/charges.route.ts';
import { consentRoutes } from '../routes/members/consents.route.ts';
import { hostObjectRoutes } from '../routes/organisations/host-objects.route.ts';
import { internalRefundRoutes } from '../routes/organisations/internal-refunds.route.ts';
import { iouActRoutes } from '../routes/members/iou-acts.route.ts';
import { iouRoutes } from '../routes/members/ious.route.ts';
import { memberStatementRoutes } from '../routes/members/member-statements.route.ts';
import { memberRoutes } from '../routes/members/members.route.ts';
import { organisationFileRoutes } from '../routes/organisations/organisation-files.route.ts';
import { organisationReportRoutes } from '../routes/organisations/organisation-reports.route.ts';
import { organisationStatementRoutes } from '../routes/organisations/organisation-statements.route.ts';
import { paymentBatchRoutes } from '../routes/payments/payment-batches.route.ts';
import { paymentRoutes } from '../routes/payments/payments.route.ts';
import { recipientRoutes } from '../routes/members/recipients.route.ts';
import { refundRoutes } from '../routes/payments/refunds.route.ts';
import { statementFileRoutes } from '../routes/reports/statement-files.route.ts';
import { topUpRoutes } from '../routes/cards/top-ups.route.ts';

/** Figures of a deployment that members' money goes by. */
export interface MemberMoneySettings {
  readonly taskQueue: string;
  readonly deadlineMs: number;
  readonly checkoutTiming: CheckoutTiming;
  readonly refundTiming: RefundTiming;
  /** Until fees are set. */
  readonly refundRules: RefundRules;
  /** Limits of members' balances in a currency. */
  readonly limitsOf: (currency: string) => TopUpLimits;
  readonly defaultZone: string;
}

/** What the routes of members' money stand on. */
export interface MemberMoneyDependencies {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly temporal: Client;
  readonly setUpsAt: (account: ProcessorAccount) => CardSetUpDirect;
  readonly secretsAt: (account: ProcessorAccount) => BrowserSecrets;
  readonly answers: AnswerKeeper;
  readonly settings: MemberMoneySettings;
}

/** Everything that members, and hosts for them, do with their money. */
export function memberMoneyRoutes(parts: MemberMoneyDependencies): readonly Route[] {
  const { orm, pool, settings } = parts;
  const { taskQueue, deadlineMs } = settings;
  const refundRules = refundRulesReader(pool, settings.refundRules);
  const money = {
    ...{ orm, pool, answers: parts.answers, secretsAt: parts.secretsAt, limitsOf: settings.limitsOf },
    messenger: new MemberMoneyMessenger(parts.temporal, { taskQueue, deadlineMs, timing: settings.checkoutTiming }),
  };
  const refunds = {
    ...{ orm, pool, answers: parts.answers, refundRules },
    refunds: new RefundMessenger(parts.temporal, { taskQueue, deadlineMs, timing: settings.refundTiming }),
  };
  const statements = { orm, pool, zone: settings.defaultZone, refundRules };
  return [
    ...memberRoutes(orm),
    ...recipientRoutes({ orm, pool }),
    ...hostObjectRoutes({ orm, pool }),
    ...memberStatementRoutes(statements),
    ...statementFileRoutes(statements),
    ...organisationStatementRoutes({ orm, pool }),
    ...organisationReportRoutes({ orm, pool }),
    ...organisationFileRoutes({ orm, pool }),
    ...paymentRoutes(money),
    ...bookingRoutes(money),
    ...paymentBatchRoutes(money),
    ...chargeRoutes(money),
    ...consentRoutes(orm),
    ...topUpRoutes(money),
    ...refundRoutes(refunds),
    ...internalRefundRoutes(refunds),
    ...autoTopUpRoutes({
      ...{ orm, pool, limitsOf: settings.limitsOf, setUpsAt: parts.setUpsAt },
      autoTopUps: new AutoTopUps(orm, pool),
      lookForCard: (memberId) => money.messenger.lookForCard(memberId),
    }),
    // The acts come first: their addresses are no identifiers.
    ...iouActRoutes(money),
    ...iouRoutes(orm),
  ];
}
