import { parseArgs } from 'node:util';
import { organisationId, siteId } from '../src/domain/ids.ts';
import { isRole, type Role } from '../src/domain/roles.ts';
import { issueApiKey } from '../src/entities/api-keys.ts';
import { createOrm, unitOfWork } from '../src/entities/orm.ts';

const usage =
  'Usage: npm run issue-key -- --name NAME --roles platform.admin[,…] [--organisation org_… [--site sit_…]]';

// Makes an API key from the command line: the first one, which no other key can make. Its secret is printed once.
const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    roles: { type: 'string' },
    organisation: { type: 'string' },
    site: { type: 'string' },
  },
});
const databaseUrl = process.env['DATABASE_URL'];
if (databaseUrl === undefined) throw new Error('DATABASE_URL is not set.');
if (values.name === undefined || values.roles === undefined) throw new Error(usage);
const orm = await createOrm(databaseUrl, 1);
const em = unitOfWork(orm);
const { key, secret } = issueApiKey(em, {
  name: values.name,
  roles: values.roles.split(',').map(roleOf),
  scope: {
    organisationId: values.organisation === undefined ? null : organisationId(values.organisation),
    siteId: values.site === undefined ? null : siteId(values.site),
  },
  expiresAt: null,
});
await em.flush();
await orm.close();
process.stdout.write(`${key.id}\n${secret}\n`);

function roleOf(name: string): Role {
  if (!isRole(name)) throw new Error(`There is no role ${name}. ${usage}`);
  return name;
}
