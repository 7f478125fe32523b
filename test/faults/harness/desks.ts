import { readerId } from '../../../src/domain/ids.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { createOrm, unitOfWork } from '../../../src/entities/orm.ts';
import { Reader } from '../../../src/entities/counter/reader.entity.ts';
import type { ControlClient } from '../../../simulator/control-client.ts';
import { demoNames, type DemoShop } from '../../../workers/demo/seed.ts';
import { Till } from '../../support/till.ts';

/** Where a till stands: one reader, so that as many sales as readers can be under way. */
export interface Desk {
  readonly till: Till;
  /** The reader's name at the simulator. */
  readonly reader: string;
}

interface Furnished {
  readonly control: ControlClient;
  readonly shop: DemoShop;
  readonly databaseUrl: string;
  readonly apiUrl: string;
}

/** Adds `count` readers at the simulator and in our rows, and a till at each. */
export async function openDesks({ control, shop, databaseUrl, apiUrl }: Furnished, count: number): Promise<Desk[]> {
  const readers = Array.from({ length: count }, (_, n) => ({
    id: `tmr_fault_${n}`,
    label: `Fault ${n}`,
    location: demoNames.location,
  }));
  for (let from = 0; from < count; from += 500) {
    await control.seed({ accounts: [{ id: demoNames.account, readers: readers.slice(from, from + 500) }] });
  }
  const orm = await createOrm(databaseUrl, 1);
  const em = unitOfWork(orm);
  const rows = readers.map((reader) =>
    em.create(Reader, {
      id: readerId(newId('reader')),
      organisationId: shop.site.organisationId,
      siteId: shop.site.id,
      providerRef: reader.id,
      label: reader.label,
      deviceType: 'simulated_wisepos_e',
      providerLocation: demoNames.location,
      createdAt: new Date(),
    }),
  );
  em.persist(rows);
  await em.flush();
  await orm.close();
  return rows.map((row, n) => ({
    till: new Till(apiUrl, shop.secret, { site: shop.site.slug, reader: row.id }),
    reader: readers[n]!.id,
  }));
}
