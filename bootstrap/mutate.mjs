// npm run mutate [-- word …]: breaks money lines one by one in a copy of the checkout; tests must notice each.
import { runOnStack } from './run-on-stack.mjs';

await runOnStack('npm run mutate', ['test/mutate/main.ts', ...process.argv.slice(2)]);
