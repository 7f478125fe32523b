// npm run demo -- month-end: brings everything up and shows one story from its beginning to its end.
import { runDemo } from './run-demo.mjs';

const stories = { 'month-end': 'workers/demo-month-end.ts' };
const [story = '', ...rest] = process.argv.slice(2);
const program = stories[story];
if (program === undefined) {
  console.error(`Name what to show: npm run demo -- ${Object.keys(stories).join(' | ')}`);
  process.exit(2);
}
await runDemo('npm run demo', [program, ...rest]);
