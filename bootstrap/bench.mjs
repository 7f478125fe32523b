// npm run bench [-- R2 --seconds N --rounds N --quick]: brings the stack up and measures one ratio, or all of them.
import { runOnStack } from './run-on-stack.mjs';

await runOnStack('npm run bench', ['bench/main.ts', ...process.argv.slice(2)]);
