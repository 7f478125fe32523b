// npm run faults [-- F7 --seed N --size full|small]: brings the stack up and runs one fault, or all of them.
import { runOnStack } from './run-on-stack.mjs';

await runOnStack('npm run faults', ['test/faults/main.ts', ...process.argv.slice(2)]);
