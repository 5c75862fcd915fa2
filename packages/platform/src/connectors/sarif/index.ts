/**
 * Results of other scanners as facts: SARIF 2.1.0, `sarif:<folder | file | ->`. Nothing is judged here: `firebreak findings` shows
 * them beside our own. Results that their scanner or a person has suppressed, and results that passed, are left out and counted.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource, readDocuments } from '../../intake/documents/read-documents.ts';
import { gap } from '../../intake/gap.ts';
import { resultsOf } from './results.ts';

const config = z.object({
  /** A folder or file of SARIF logs, or `-` for standard input. */
  from: z.string().min(1),
});
type SarifConfig = z.output<typeof config>;

const kinds = ['sarif.result'];
/** Bytes of one log. A scan of a large repository makes some ten megabytes. */
const maxDocumentBytes = 128 * 1024 * 1024;

const sarif: Connector<SarifConfig, SarifConfig> = {
  id: 'sarif',
  title: 'Results of other scanners (SARIF 2.1.0)',
  config,
  permissions: () => 'None beyond reading the files: no request is made.\n',
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'sarif: needs a folder, a file or -.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    await checkSource(settings.from);
    return settings;
  },
  close: async () => {},
  async *collect({ from }, signal) {
    const source = { path: from, kinds, maxDocumentBytes, wanted: (path: string) => /\.(sarif|json)$/i.test(path) };
    let logs = 0;
    for await (const read of readDocuments(source, signal)) {
      if ('gap' in read) {
        yield read;
        continue;
      }
      logs += 1;
      const { value, locator } = read.document;
      yield* resultsOf(value, locator);
    }
    if (logs === 0)
      yield { gap: gap('FB-SOURCE-EMPTY', kinds, from === '-' ? 'stdin' : from, 'It holds no SARIF log.') };
  },
  address: ({ from }) => (from === '-' ? 'standard input' : from),
  actions: [],
};

export default sarif;
