// npm start: brings everything up, runs a sale, serves until Ctrl-C, and takes down what was brought up.
import { runDemo } from './run-demo.mjs';

await runDemo('npm start', ['workers/demo.ts', ...process.argv.slice(2)]);
