import { createOrm, migrate } from '../src/entities/orm.ts';

// Brings the schema of DATABASE_URL forward; run it before new API and worker processes start.
const databaseUrl = process.env['DATABASE_URL'];
if (databaseUrl === undefined) throw new Error('DATABASE_URL is not set.');
const orm = await createOrm(databaseUrl);
const applied = await migrate(orm);
await orm.close();
process.stdout.write(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
