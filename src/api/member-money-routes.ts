import type { Client } from '@temporalio/client';
import type { TopUpLimits } from '../domain/auto-top-up.ts';
import type { CheckoutTiming } from '../domain/payment-snapshot.ts';
import type { RefundRules } from '../domain/refund.ts';
import type { RefundTiming } from '../domain/refund-snapshot.ts';
import type { AnswerKeeper } from '../entities/answer-keeper.ts';
import { AutoTopUps } from '../entities/auto-top-ups.ts';
import { refundRulesReader } from '../entities/fees.read.ts';
import type { Orm } from '../entities/orm.ts';
import type { ProcessorAccount } from '../entities/processor-account.entity.ts';
import type { SqlPool } from '../entities/sql-pool.ts';
import type { CardSetUpDirect } from '../stripe/card-set-up.direct.ts';
import type { BrowserSecrets } from '../stripe/client-secret.direct.ts';
import { MemberMoneyMessenger } from './member-money-messenger.ts';
import { RefundMessenger } from './refund-messenger.ts';
import type { Route } from './route.ts';
import { autoTopUpRoutes } from './routes/auto-top-up.route.ts';
import { bookingRoutes } from './routes/bookings.route.ts';
import { chargeRoutes } from './routes/charges.route.ts';
import { consentRoutes } from './routes/consents.route.ts';
import { hostObjectRoutes } from './routes/host-objects.route.ts';
import { internalRefundRoutes } from './routes/internal-refunds.route.ts';
import { iouActRoutes } from './routes/iou-acts.route.ts';
import { iouRoutes } from './routes/ious.route.ts';
import { memberStatementRoutes } from './routes/member-statements.route.ts';
import { memberRoutes } from './routes/members.route.ts';
import { organisationFileRoutes } from './routes/organisation-files.route.ts';
import { organisationReportRoutes } from './routes/organisation-reports.route.ts';
import { organisationStatementRoutes } from './routes/organisation-statements.route.ts';
import { paymentBatchRoutes } from './routes/payment-batches.route.ts';
import { paymentRoutes } from './routes/payments.route.ts';
import { recipientRoutes } from './routes/recipients.route.ts';
import { refundRoutes } from './routes/refunds.route.ts';
import { statementFileRoutes } from './routes/statement-files.route.ts';
import { topUpRoutes } from './routes/top-ups.route.ts';

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
