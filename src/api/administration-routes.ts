import type { Orm } from '../entities/orm.ts';
import type { SqlPool } from '../entities/sql-pool.ts';
import type { FigureParts } from './processor-reading.ts';
import type { Route } from './route.ts';
import { adminRoutes } from './routes/administration.route.ts';
import { cardReportRoutes } from './routes/reports/card-reports.route.ts';
import { reportFileRoutes } from './routes/reports/report-files.route.ts';
import { reportJobRoutes } from './routes/reports/report-jobs.route.ts';
import { reportPageRoutes } from './routes/reports/report-pages.route.ts';

/** What the routes of administrators stand on. */
export interface AdministrationDependencies extends FigureParts {
  /** Tells whoever makes reports that one was asked for, best effort. */
  readonly offerReport: (reportJobId: string) => void;
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly settings: { readonly defaultZone: string };
}

/** What administrators look at, and download. */
export function administrationRoutes(parts: AdministrationDependencies): readonly Route[] {
  const { orm, pool, figuresAt, offerReport, settings } = parts;
  const sources = { reader: pool, zone: settings.defaultZone };
  return [
    ...reportPageRoutes({ sources }),
    // The files come first: `card-transactions.csv` is no identifier.
    ...reportFileRoutes({ sources }),
    ...reportJobRoutes({ sources, orm, pool, offerReport }),
    ...adminRoutes({ sources, orm, figuresAt }),
    ...cardReportRoutes({ sources, orm, figuresAt }),
  ];
}
