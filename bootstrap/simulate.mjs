// npm run simulate [-- --seed N | --seeds 1..200] [--sales 20]: whole-system runs, each planned by its seed alone.
import { runOnStack } from './run-on-stack.mjs';

await runOnStack('npm run simulate', ['test/simulate/main.ts', ...process.argv.slice(2)]);
