/**
 * OpenLineage events from files: RunEvent, JobEvent and DatasetEvent (2-0-2), one JSON object a line (`.ndjson`, `.jsonl`, standard
 * input) or JSON documents. `openlineage:<folder | file | ->`. Of datasets field names and names of checks are kept, no values.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { readJsonLines } from '../../intake/documents/json-lines.ts';
import { checkSource, openSource, ReadingFailed, readDocumentsOf } from '../../intake/documents/read-documents.ts';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { Lineage, lineageFactKinds } from './events.ts';

const config = z.object({
  /** A folder or file of events, or `-` for standard input. */
  from: z.string().min(1),
});
type OpenlineageConfig = z.output<typeof config>;
const maxEventBytes = 8 * 1024 * 1024;

const openlineage: Connector<OpenlineageConfig, OpenlineageConfig> = {
  id: 'openlineage',
  title: 'OpenLineage events',
  config,
  permissions: () => 'None beyond reading the files: no request is made.\n',
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'openlineage: needs a folder, a file or -.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    await checkSource(settings.from);
    return settings;
  },
  close: async () => {},
  async *collect({ from }, signal) {
    const lineage = new Lineage();
    const tally = makeGapTally(20);
    const shown = from === '-' ? 'stdin' : from;
    let events = 0;
    const source = {
      path: from,
      kinds: lineageFactKinds,
      wanted: (name: string) => /\.(ndjson|jsonl|json)$/i.test(name),
    };
    for await (const { name, chunks } of openSource(source, signal)) {
      if ('gap' in chunks) {
        for (const told of tally.add(chunks.gap)) yield { gap: told };
        continue;
      }
      try {
        for await (const read of readJsonLines(chunks, maxEventBytes)) {
          signal.throwIfAborted();
          const where = `${printable(name)}#${read.line}`;
          const values = 'value' in read ? [read.value] : [];
          if ('whole' in read)
            for await (const piece of readDocumentsOf(read.whole, name, { kinds: lineageFactKinds }, signal))
              'document' in piece ? values.push(...[piece.document.value].flat()) : values.push(undefined);
          if ('problem' in read)
            for (const told of tally.add(gap(read.problem.code, lineageFactKinds, where, read.problem.reason)))
              yield { gap: told };
          for (const value of values) {
            if (lineage.read(value, where)) events += 1;
            else
              for (const told of tally.add(gap('FB-OBJECT-IGNORED', [], where, 'It is no event of OpenLineage.')))
                yield { gap: told };
          }
        }
      } catch (error) {
        if (!(error instanceof ReadingFailed)) throw error;
        for (const told of tally.add(error.gap)) yield { gap: told };
      }
    }
    for (const counted of tally.rest()) yield { gap: counted };
    const { facts, gaps } = lineage.finish(shown);
    for (const found of gaps) yield { gap: found };
    for (const fact of facts) {
      signal.throwIfAborted();
      yield { fact };
    }
    if (events === 0) yield { gap: gap('FB-SOURCE-EMPTY', lineageFactKinds, shown, 'It holds no event.') };
  },
  address: ({ from }) => (from === '-' ? 'standard input' : from),
  actions: [],
};

export default openlineage;
