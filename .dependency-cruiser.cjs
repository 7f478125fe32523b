// Who may import whom: the table of the house style, as rules. `api` and `activities` follow decision D53.
const never = (name, from, to) => ({ name, severity: 'error', from, to });
const layer = (name, path, allowed) => never(name, { path }, { path: '^src/', pathNot: [path, ...allowed] });

module.exports = {
  forbidden: [
    never('no-cycles', {}, { circular: true }),
    never('domain-is-pure', { path: '^src/domain/' }, { pathNot: '^src/domain/' }),
    never(
      'workflow-values',
      { path: '^src/workflows/' },
      {
        dependencyTypesNot: ['type-only'],
        pathNot: ['^src/(domain|workflows)/', 'node_modules/@temporalio/(workflow|common)/'],
      },
    ),
    layer('workflow-types', '^src/workflows/', ['^src/(domain|activities)/']),
    layer('ledger', '^src/ledger/', ['^src/domain/']),
    layer('entities', '^src/entities/', ['^src/(domain|ledger)/']),
    layer('stripe', '^src/stripe/', ['^src/domain/']),
    layer('paystack', '^src/paystack/', ['^src/domain/']),
    layer('reports', '^src/reports/', ['^src/(domain|ledger|entities)/']),
    layer('activities', '^src/activities/', [
      '^src/(domain|ledger|entities|stripe|paystack|reports)/',
      '^src/workflows/.*\\.messages\\.ts$',
      '^src/jobs/.*\\.queue\\.ts$',
    ]),
    layer('jobs', '^src/jobs/', ['^src/(domain|entities|workflows)/']),
    layer('api', '^src/api/', [
      '^src/(domain|entities|workflows|reports)/',
      '^src/ledger/.*\\.read\\.ts$',
      '^src/jobs/.*\\.queue\\.ts$',
      '^src/(stripe|paystack)/(webhook|.*\\.direct)\\.ts$',
    ]),
    never(
      'workflow-functions-by-type-only',
      { path: '^src/(api|jobs)/' },
      { path: '^src/workflows/', pathNot: '\\.messages\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    never('one-stripe-importer', { path: '^src/', pathNot: '^src/stripe/' }, { path: 'node_modules/stripe/' }),
    never('config-is-injected', { path: '^src/', pathNot: '^src/config\\.ts$' }, { path: '^src/config\\.ts$' }),
    never('roots-are-roots', { path: '^src/' }, { path: '^(workers|test|simulator|bootstrap)/' }),
    never('simulator-stands-alone', { path: '^simulator/' }, { path: '^(src|workers|test|bootstrap)/' }),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
