/**
 * SPIFFE: what SPIRE registered, from files. `spiffe:<folder | file | ->` reads `spire-server entry show -output json`, entry data
 * files, `spire-server federation list -output json`, the controller manager's custom resources (ClusterSPIFFEID,
 * ClusterStaticEntry, ClusterFederatedTrustDomain) and Helm values of SPIRE. A running server is not asked: its socket is local to
 * its host by design.
 */
import {
  type AnyFact,
  type Connector,
  FirebreakError,
  type SpiffeFactKind,
  spiffeFactSchemas,
} from '@firebreak/contract';
import { z } from 'zod';
import { checkSource, readDocuments } from '../../intake/documents/read-documents.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { SpiffeDraft } from './draft.ts';
import { readRegistration } from './registration.ts';

const config = z.object({
  /** A folder or file, or `-` for standard input. */
  from: z.string().min(1),
});
type SpiffeConfig = z.output<typeof config>;
const kinds = Object.keys(spiffeFactSchemas) as SpiffeFactKind[];

const permissions = `# None beyond reading the files. On the SPIRE server, as somebody who may use its local socket:
#   spire-server entry show -output json > entries.json
#   spire-server federation list -output json > federation.json
`;

const spiffe: Connector<SpiffeConfig, SpiffeConfig> = {
  id: 'spiffe',
  title: 'SPIFFE registration',
  config,
  permissions: () => permissions,
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'spiffe: needs a folder, a file or -.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    await checkSource(settings.from);
    return settings;
  },
  close: async () => {},
  async *collect({ from }, signal) {
    const tally = makeGapTally(20);
    const draft = new SpiffeDraft();
    for await (const read of readDocuments({ path: from, kinds, maxDocumentBytes: 64 * 1024 * 1024 }, signal)) {
      if ('gap' in read) for (const told of tally.add(read.gap)) yield { gap: told };
      else readRegistration(read.document.value, read.document.locator, draft);
    }
    const facts: readonly AnyFact[] = draft.facts();
    for (const found of draft.gaps) for (const told of tally.add(found)) yield { gap: told };
    for (const counted of tally.rest()) yield { gap: counted };
    for (const fact of facts) {
      signal.throwIfAborted();
      yield { fact };
    }
    if (facts.length === 0)
      yield { gap: gap('FB-SOURCE-EMPTY', kinds, from === '-' ? 'stdin' : from, 'It holds no registration.') };
  },
  address: ({ from }) => (from === '-' ? 'standard input' : from),
  actions: [],
};

export default spiffe;
