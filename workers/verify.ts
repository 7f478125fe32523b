import { parseArgs } from 'node:util';
import { verify } from './verification.ts';

// npm run verify [-- --database URL]: proves a database's book, row by row and link by link. Reads only.

const { values } = parseArgs({ options: { database: { type: 'string' } } });
const databaseUrl = values.database ?? process.env['DATABASE_URL'];
if (databaseUrl === undefined) throw new Error('Which database? Say --database URL or set DATABASE_URL.');
const isWhole = await verify(databaseUrl, (line) => {
  console.log(line);
});
process.exitCode = isWhole ? 0 : 1;
