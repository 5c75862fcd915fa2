/**
 * SPIFFE: what SPIRE registered. `spiffe:<folder | file | ->` reads `spire-server entry show -output json`, entry data files,
 * `spire-server federation list -output json`, the controller manager's custom resources (ClusterSPIFFEID, ClusterStaticEntry,
 * ClusterFederatedTrustDomain) and Helm values of SPIRE. `spiffe:unix:/run/spire/server/private/api.sock` and
 * `spiffe:grpcs://<host>:<port>` ask a running server for its entries, and can delete them.
 */
import {
  type AnyFact,
  type Collected,
  type Connector,
  FirebreakError,
  type SpiffeFactKind,
  spiffeFactSchemas,
} from '@firebreak/contract';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { checkSource, readDocuments } from '../../intake/documents/read-documents.ts';
import { array, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import deleteEntry from './actions/delete-entry.ts';
import { SpiffeDraft } from './draft.ts';
import { readRegistration } from './registration.ts';
import { entriesOf, openServer, type SpireServer, serverAddress } from './server/server-client.ts';
import type { SpiffeSession } from './session.ts';

const config = z.object({
  /** A folder or file, or `-` for standard input. */
  from: z.string().min(1),
});
type SpiffeConfig = z.output<typeof config>;
const kinds = Object.keys(spiffeFactSchemas) as SpiffeFactKind[];

const reading = `# Files need nothing beyond reading. On the SPIRE server, as somebody who may use its local socket:
#   spire-server entry show -output json > entries.json
#   spire-server federation list -output json > federation.json
# A running server: its local socket, or an X509-SVID whose entry is marked admin, in files that
#   FIREBREAK_SPIRE_CERTIFICATE, FIREBREAK_SPIRE_KEY and FIREBREAK_SPIRE_BUNDLE name.
`;
const actions = [deleteEntry];

function permissions(wanted: readonly string[]): string {
  const lines = actions
    .filter(({ id }) => wanted.includes(id))
    .flatMap(({ id, permissions: needed }) => [`# ${id}:`, ...needed.map((each) => `#   ${each}`)]);
  return `${reading}${lines.map((line) => `${line}\n`).join('')}`;
}

const spiffe: Connector<SpiffeConfig, SpiffeSession> = {
  id: 'spiffe',
  title: 'SPIFFE registration',
  config,
  permissions,
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'spiffe: needs a folder, a file or -.');
    return config.parse({ from: spec });
  },
  connect: async ({ from }, signal) => {
    const address = serverAddress(from);
    if (address === undefined) {
      await checkSource(from);
      return { from, server: undefined, trustDomain: undefined };
    }
    const server = await openServer(address);
    return { from, server, trustDomain: await trustDomainOf(server, signal) };
  },
  close: async ({ server }) => server?.close(),
  async *collect({ from, server }, signal) {
    if (server !== undefined) {
      yield* collectServer(server, signal);
      return;
    }
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
  canAct: ({ server }) => server !== undefined,
  answersFor: ({ trustDomain }, params) =>
    trustDomain !== undefined && textAt(params, 'spiffeId')?.startsWith(`spiffe://${trustDomain}/`) === true,
  actions,
};

async function* collectServer(server: SpireServer, signal: AbortSignal): AsyncGenerator<Collected> {
  const draft = new SpiffeDraft();
  const entries = entriesOf(server, {}, signal);
  for (;;) {
    const { done, value } = await entries.next();
    if (done !== true) {
      readRegistration({ entries: [value] }, server.address, draft);
      continue;
    }
    if (value !== undefined && !value.ok) {
      const code = value.code === status.PERMISSION_DENIED ? 'FB-HTTP-FORBIDDEN' : 'FB-HTTP-UNREACHABLE';
      yield { gap: gap(code, kinds, server.address, value.reason) };
    }
    break;
  }
  const facts = draft.facts();
  for (const found of draft.gaps) yield { gap: found };
  for (const fact of facts) yield { fact };
  const reason = 'A server tells of its entries; federation and the issuer of its tokens are read from files.';
  yield { gap: gap('FB-OBJECT-IGNORED', ['spiffe.trust-domain'], server.address, reason) };
}

/** For `answersFor`. Where it cannot be told, reading and every action say why. */
async function trustDomainOf(server: SpireServer, signal: AbortSignal): Promise<string | undefined> {
  const answer = await server.call('ListEntries', { page_size: 1 }, signal);
  const [first] = answer.ok ? array(answer.value.entries) : [];
  return textAt(first, 'spiffe_id', 'trust_domain');
}

export default spiffe;
