import Koa, { type Middleware } from 'koa';
import helmet from 'koa-helmet';
import type { SaleTiming } from '../domain/counter/sale-timing.ts';
import type { ReaderAdministration } from '../domain/counter/reader-administration.ts';
import type { ProcessorAccount } from '../entities/processor-account.entity.ts';
import { administrationRoutes, type AdministrationDependencies } from './administration-routes.ts';
import { Authentication } from './access/authentication.ts';
import { CorrectionMessenger } from './reconciliation/correction-messenger.ts';
import type { CorrectionRules } from './reconciliation/correction-writing.ts';
import { cors, originsOf } from './cors.ts';
import { errorMiddleware } from './error-middleware.ts';
import type { Health } from './operations/health.ts';
import type { Logger } from './operations/logger.ts';
import {
  memberMoneyRoutes,
  type MemberMoneyDependencies,
  type MemberMoneySettings,
} from './payments/member-money-routes.ts';
import type { ApiMetrics } from './operations/metrics.ts';
import { allPayoutRoutes } from './settlement/payout-routes.ts';
import type { PayoutSettings } from './settlement/payout-writing.ts';
import { organisationMoneyRoutes, type OrganisationDependencies } from './organisations/organisation-money-routes.ts';
import { PersonTokens, type TokenSettings } from './access/person-tokens.ts';
import { RateLimit } from './rate-limit.ts';
import { requestContext } from './request-context.ts';
import type { Route } from './route.ts';
import { createRouter } from './router.ts';
import { apiKeyRoutes } from './routes/api-keys.route.ts';
import { auditEventRoutes } from './routes/audit-events.route.ts';
import { callbackRoutes } from './routes/events/callbacks.route.ts';
import { correctionRoutes } from './routes/reconciliation/corrections.route.ts';
import { docsRoutes } from './routes/docs.route.ts';
import { healthRoutes } from './routes/operations/health.route.ts';
import { ledgerRoutes } from './routes/ledger.route.ts';
import { letterRoutes } from './routes/organisations/letters.route.ts';
import { noticeRoutes } from './routes/members/notices.route.ts';
import { processorAccountRoutes } from './routes/processor-accounts.route.ts';
import { readerRoutes } from './routes/counter/readers.route.ts';
import { reconciliationRoutes } from './routes/reconciliation/reconciliations.route.ts';
import { reconciliationReportRoutes } from './routes/reconciliation/reconciliation-reports.route.ts';
import { saleEventRoutes } from './routes/counter/sale-events.route.ts';
import { saleRoutes } from './routes/counter/sales.route.ts';
import { siteRoutes } from './routes/counter/sites.route.ts';
import type { SaleEventHub } from './counter/sale-event-hub.ts';
import { SaleMessenger } from './counter/sale-messenger.ts';
import { monthEndRoutes, type SettlementSettings } from './settlement/settlement-routes.ts';

/** Figures of a deployment. */
export interface ApiSettings extends MemberMoneySettings {
  readonly version: string;
  /** The queue of what may be late: settlement, payouts, reconciliation. */
  readonly bulkTaskQueue: string;
  readonly saleTiming: SaleTiming;
  readonly saleAmountMaxMinor: number;
  readonly corrections: CorrectionRules;
  readonly settlement: SettlementSettings;
  readonly rateLimitPerMinute: number;
  /** Comma-separated. */
  readonly corsOrigins: string;
}

/** What the API stands on; made by the process that serves it, or by a test. */
export interface ApiDependencies extends MemberMoneyDependencies, AdministrationDependencies, OrganisationDependencies {
  readonly administrationFor: (account: ProcessorAccount) => ReaderAdministration;
  readonly hub: SaleEventHub;
  readonly health: Health;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly settings: ApiSettings;
  readonly payoutSettings: PayoutSettings;
  /** Whose tokens let persons in; without them only keys do. */
  readonly tokens?: TokenSettings;
  /** Takes processors' events with their raw bodies, so it comes before anything that reads one. */
  readonly webhooks?: Middleware;
}

/** The public API. Throws `PolicyMissing` when a route does not say who may use it (decisions D54). */
export function createApi(parts: ApiDependencies): Koa {
  const { log, settings } = parts;
  const app = new Koa();
  // Whatever fails after the answer has begun, such as a caller who hangs up, is noted and no more.
  app.on('error', (error: unknown) => {
    log.warn({ err: error }, 'connection failed');
  });
  const { routes, others } = createRouter(
    {
      orm: parts.orm,
      pool: parts.pool,
      authentication: new Authentication(parts.pool, tokensOf(parts)),
      rateLimit: new RateLimit(settings.rateLimitPerMinute),
      log,
    },
    apiRoutes(parts),
  );
  app.use(requestContext(log));
  app.use(parts.metrics.middleware);
  app.use(errorMiddleware(log));
  // A processor is no browser: what protects pages from pages would be most of its answer, thousands of times a second.
  if (parts.webhooks !== undefined) app.use(parts.webhooks);
  app.use(securityHeaders());
  app.use(cors(originsOf(settings.corsOrigins)));
  app.use(routes);
  app.use(others);
  return app;
}

function tokensOf({ pool, tokens }: ApiDependencies): PersonTokens | null {
  return tokens === undefined ? null : new PersonTokens(pool, tokens);
}

/** Every route of the API, also the ones that describe it; the permission matrix is made from this. */
export function apiRoutes(parts: ApiDependencies): readonly Route[] {
  const { orm, pool, settings } = parts;
  const messenger = new SaleMessenger(parts.temporal, {
    taskQueue: settings.taskQueue,
    deadlineMs: settings.deadlineMs,
    timing: settings.saleTiming,
  });
  const routes = [
    ...saleRoutes({ pool, messenger, answers: parts.answers, amountMaxMinor: settings.saleAmountMaxMinor }),
    ...saleEventRoutes({ pool, hub: parts.hub }),
    ...siteRoutes(orm),
    ...readerRoutes({ orm, pool, administrationFor: parts.administrationFor }),
    ...organisationMoneyRoutes(parts),
    ...memberMoneyRoutes(parts),
    ...correctionRoutes(correctionParts(parts)),
    ...administrationRoutes(parts),
    ...monthEndRoutes(parts),
    ...auditEventRoutes({ orm, pool }),
    ...allPayoutRoutes(parts),
    ...callbackRoutes(orm),
    ...noticeRoutes({ orm, pool }),
    ...letterRoutes(orm),
    ...processorAccountRoutes(orm),
    ...apiKeyRoutes(orm),
    ...ledgerRoutes(pool),
    ...reconciliationRoutes({ ...settings, orm, pool, temporal: parts.temporal }),
    ...reconciliationReportRoutes({ pool, zone: settings.defaultZone }),
    ...healthRoutes(parts.health),
  ];
  return [...routes, ...docsRoutes(routes, settings.version)];
}

function correctionParts({ orm, pool, answers, temporal, settings }: ApiDependencies) {
  const { taskQueue, deadlineMs, corrections: rules } = settings;
  const corrections = new CorrectionMessenger(temporal, { taskQueue, deadlineMs, timing: rules.timing });
  return { orm, pool, answers, corrections, rules };
}

/** An API answers data: nothing in an answer may run, be framed, or be kept by a cache. The docs page says otherwise for itself. */
function securityHeaders(): Middleware {
  const harden = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    await harden(ctx, next);
  };
}
