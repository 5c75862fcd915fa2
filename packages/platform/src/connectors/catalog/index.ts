/**
 * The catalog that people keep by hand: entities in Backstage's descriptor format, and on them what Backstage has no field for
 * (SLA, sensitivity, retention, permitted use, hosting, vendor, contract duties, impact, access), as `spec.firebreak` or as
 * annotations `firebreak.dev/…`. `catalog:<folder | file | ->`. It reads files and nothing else, and follows no Location.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource, readDocuments } from '../../intake/documents/read-documents.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { catalogFactKinds, readEntity } from './entity.ts';

const config = z.object({
  /** A folder or file of entities, or `-` for standard input. */
  from: z.string().min(1),
});
type CatalogConfig = z.output<typeof config>;

const catalog: Connector<CatalogConfig, CatalogConfig> = {
  id: 'catalog',
  title: 'Catalog (Backstage form)',
  config,
  permissions: () => 'None beyond reading the files: no request is made.\n',
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'catalog: needs a folder, a file or -.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    await checkSource(settings.from);
    return settings;
  },
  close: async () => {},
  async *collect({ from }, signal) {
    const tally = makeGapTally(20);
    let entities = 0;
    for await (const read of readDocuments({ path: from, kinds: catalogFactKinds }, signal)) {
      if ('gap' in read) {
        yield read;
        continue;
      }
      const { fact, gaps } = readEntity(read.document.value, read.document.locator);
      for (const found of gaps) for (const told of tally.add(found)) yield { gap: told };
      if (fact === undefined) continue;
      entities += 1;
      yield { fact };
    }
    for (const counted of tally.rest()) yield { gap: counted };
    if (entities === 0)
      yield { gap: gap('FB-SOURCE-EMPTY', catalogFactKinds, from === '-' ? 'stdin' : from, 'It holds no entity.') };
  },
  address: ({ from }) => (from === '-' ? 'standard input' : from),
  actions: [],
};

export default catalog;
