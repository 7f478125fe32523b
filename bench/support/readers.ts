import type { ControlClient } from '../../simulator/control-client.ts';
import { readerId } from '../../src/domain/ids.ts';
import { newId } from '../../src/entities/new-id.ts';
import { unitOfWork, type Orm } from '../../src/entities/orm.ts';
import { Reader } from '../../src/entities/counter/reader.entity.ts';
import type { Site } from '../../src/entities/counter/site.entity.ts';
import { demoNames } from '../../workers/demo/seed.ts';

/** A reader of the bench's own. */
export interface BenchReader {
  /** As our API knows it. */
  readonly id: string;
  /** As the simulator knows it. */
  readonly providerRef: string;
}

/** Puts `count` more readers at the simulator and in our rows, since a reader takes one sale at a time. */
export async function addReaders(
  orm: Orm,
  { control, site, count }: { readonly control: ControlClient; readonly site: Site; readonly count: number },
): Promise<readonly BenchReader[]> {
  const names = Array.from({ length: count }, (_, n) => `tmr_bench_${n}`);
  const readers = names.map((id) => ({ id, label: id, location: demoNames.location }));
  await control.seed({ accounts: [{ id: demoNames.account, readers }] });
  const em = unitOfWork(orm);
  const rows = names.map((name) =>
    em.create(Reader, {
      id: readerId(newId('reader')),
      organisationId: site.organisationId,
      siteId: site.id,
      providerRef: name,
      label: name,
      deviceType: 'simulated_wisepos_e',
      providerLocation: demoNames.location,
      createdAt: new Date(),
    }),
  );
  em.persist(rows);
  await em.flush();
  return rows.map((row, n) => ({ id: row.id, providerRef: names[n] ?? '' }));
}
