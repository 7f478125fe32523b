import { join } from 'node:path';
import { checkout } from './paths.mjs';

/** The Temporal server of this checkout: a Go module that pins it. */
export const temporalModule = {
  name: 'temporal',
  title: 'Temporal server',
  folder: join(checkout, 'bootstrap', 'temporal'),
  module: 'github.com/temporalio/cli',
  package: 'github.com/temporalio/cli/cmd/temporal',
  ways: [
    'set TEMPORAL_ADDRESS=host:port to use a Temporal server you have (1.31 or newer)',
    'or put the `temporal` command line (1.8 or newer) on your PATH: https://docs.temporal.io/cli',
    'or install Go (https://go.dev/dl): the pinned server in bootstrap/temporal is then built once, in a few minutes',
  ],
};

/** Stripe's own mock, against whose answers the simulator is compared. */
export const stripeMockModule = {
  name: 'stripe-mock',
  title: 'stripe-mock',
  folder: join(checkout, 'bootstrap', 'stripe-mock'),
  module: 'github.com/stripe/stripe-mock',
  package: 'github.com/stripe/stripe-mock',
  ways: [],
};
