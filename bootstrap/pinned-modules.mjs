import { join } from 'node:path';
import { checkout } from './paths.mjs';

/** The Temporal server of this checkout: a Go module that pins it. */
export const temporalModule = {
  name: 'temporal',
  title: 'Temporal server',
  folder: join(checkout, 'bootstrap', 'temporal'),
  module: 'github.com/temporalio/cli',
  package: 'github.com/temporalio/cli/cmd/temporal',
};

/** Stripe's own mock, against whose answers the simulator is compared. */
export const stripeMockModule = {
  name: 'stripe-mock',
  title: 'stripe-mock',
  folder: join(checkout, 'bootstrap', 'stripe-mock'),
  module: 'github.com/stripe/stripe-mock',
  package: 'github.com/stripe/stripe-mock',
};
