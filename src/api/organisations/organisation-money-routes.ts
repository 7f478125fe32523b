import type { MemberMoneyDependencies } from '../payments/member-money-routes.ts';
import type { SealKeys } from '../../entities/sealed-text.ts';
import { OrganisationPaymentMessenger } from './organisation-payment-messenger.ts';
import type { Route } from '../route.ts';
import { bankDetailRoutes } from '../routes/organisations/bank-details.route.ts';
import { feeRoutes } from '../routes/organisations/fees.route.ts';
import { organisationPaymentRoutes } from '../routes/organisations/organisation-payments.route.ts';
import { organisationUserRoutes } from '../routes/organisations/organisation-users.route.ts';
import { organisationRoutes } from '../routes/organisations/organisations.route.ts';

/** What the routes of organisations stand on. */
export interface OrganisationDependencies extends MemberMoneyDependencies {
  /** What bank details are sealed with; without any they are refused. */
  readonly sealKeys: SealKeys;
}

/** Everything that organisations are, and do with their money. */
export function organisationMoneyRoutes(parts: OrganisationDependencies): readonly Route[] {
  const { orm, pool, settings } = parts;
  const organisationPayments = new OrganisationPaymentMessenger(parts.temporal, {
    ...{ taskQueue: settings.taskQueue, deadlineMs: settings.deadlineMs, beginMs: settings.refundTiming.beginMs },
  });
  return [
    ...organisationRoutes(orm, settings.defaultZone),
    ...bankDetailRoutes(orm, parts.sealKeys),
    ...organisationUserRoutes(orm),
    ...feeRoutes({ orm, pool }),
    ...organisationPaymentRoutes({ orm, pool, answers: parts.answers, organisationPayments }),
  ];
}
