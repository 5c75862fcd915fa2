/**
 * OAuth and OpenID Connect. `oauth:<issuer URL>` asks an issuer for its metadata, and for the registrations that the file named by
 * FIREBREAK_OAUTH_REGISTRATIONS may read; `oauth:<folder | file | ->` reads a Keycloak realm export, a list of clients (Hydra, RFC
 * 7591), metadata that was saved, or a configuration of oidc-provider as JSON.
 */
import { type Collected, type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource, readDocuments } from '../../intake/documents/read-documents.ts';
import { array, field, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { openAddress } from '../../intake/open-address.ts';
import { actions } from './actions/index.ts';
import {
  isClient,
  isMetadata,
  isProviderConfiguration,
  readClient,
  readMetadata,
  readProviderConfiguration,
} from './clients.ts';
import { countHeldTokens } from './control/tokens.ts';
import { isRealm, readRealm } from './keycloak.ts';
import { readIssuer } from './live.ts';
import { issuerId, oauthFactKinds } from './made.ts';
import type { OauthSession } from './session.ts';

const config = z.object({
  /** An issuer's address, a folder, a file, or `-`. */
  from: z.string().min(1),
});
type OauthConfig = z.output<typeof config>;
const web = /^https?:\/\//;

const reading = `# An issuer's metadata is public. Its clients are not: export them with the issuer's own tools, or
# give read access to single registrations (RFC 7592), as their registration answered them:
#   FIREBREAK_OAUTH_REGISTRATIONS=<file with [{"registration_client_uri": …, "registration_access_token": …}]>
# Keycloak: a service account with the roles view-realm and view-clients of realm-management, named by
#   FIREBREAK_KEYCLOAK_CLIENT_ID and FIREBREAK_KEYCLOAK_CLIENT_SECRET (or …_KEY, a file with a JWK); or
#   kc.sh export --realm <realm> --file realm.json    Hydra: hydra list oauth2-clients --format json
`;

/** For each action what it needs beyond reading. */
function permissions(wanted: readonly string[]): string {
  const lines = actions
    .filter(({ id }) => wanted.includes(id))
    .flatMap(({ id, permissions: needed }) => [`# ${id}:`, ...needed.map((each) => `#   ${each}`)]);
  return `${reading}${lines.map((line) => `${line}\n`).join('')}`;
}

const oauth: Connector<OauthConfig, OauthSession> = {
  id: 'oauth',
  title: 'OAuth and OpenID Connect',
  config,
  permissions,
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', "oauth: needs an issuer's address, a folder, a file or -.");
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    const isLive = web.test(settings.from);
    if (!isLive) await checkSource(settings.from);
    return { ...settings, isLive };
  },
  close: async () => {},
  async *collect({ from, isLive }, signal) {
    if (isLive) {
      yield* withHeldTokens(readIssuer(from, process.env.FIREBREAK_OAUTH_REGISTRATIONS, signal));
      return;
    }
    const tally = makeGapTally(20);
    for await (const read of readDocuments(
      { path: from, kinds: oauthFactKinds, maxDocumentBytes: 64 * 1024 * 1024 },
      signal,
    )) {
      const found =
        'gap' in read ? [read] : readDocument(read.document.value, read.document.file, read.document.locator);
      for (const collected of found) {
        if ('fact' in collected) yield collected;
        else for (const told of tally.add(collected.gap)) yield { gap: told };
      }
    }
    for (const counted of tally.rest()) yield { gap: counted };
  },
  address: ({ from }) => (from === '-' ? 'standard input' : (openAddress(from)?.address ?? from)),
  canAct: ({ isLive }) => isLive,
  answersFor: ({ from }, params) => issuerId(from) === issuerId(textAt(params, 'issuer') ?? ''),
  actions,
};

/** Clients with how many of their tokens the responder has: whoever plans can have them revoked. */
async function* withHeldTokens(read: AsyncIterable<Collected>): AsyncGenerator<Collected> {
  const counts = await countHeldTokens();
  for await (const each of read) {
    const heldTokens =
      'fact' in each && each.fact.kind === 'oauth.client' ? counts.get(each.fact.data.clientId) : undefined;
    if (heldTokens === undefined || !('fact' in each)) yield each;
    else yield { fact: { ...each.fact, data: { ...each.fact.data, heldTokens } } as typeof each.fact };
  }
}

function* readDocument(value: unknown, file: string, locator: string) {
  if (isRealm(value)) yield* readRealm(value, locator);
  else if (isProviderConfiguration(value)) yield* readProviderConfiguration(value, file, locator);
  else if (isMetadata(value)) yield readMetadata(value, locator);
  else {
    const listed = Array.isArray(value)
      ? value
      : Array.isArray(field(value, 'items'))
        ? array(field(value, 'items'))
        : [value];
    const clients = listed.filter(isClient);
    // Clients by themselves do not say whose they are.
    const issuer = `oauth:Issuer/${textAt(value, 'issuer') ?? `file/${file}`}`;
    for (const client of clients) yield readClient(client, issuer, locator);
    if (clients.length === 0) yield { gap: gap('FB-OBJECT-IGNORED', [], locator, 'It holds no issuer and no client.') };
  }
}

export default oauth;
