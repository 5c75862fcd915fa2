/**
 * A proxy → facts. Without a database it knows neither keys nor teams nor users, and answers with a failure of its own; that is
 * told once, by what it says of its database, and not as three broken endpoints.
 */
import type { Collected } from '@firebreak/contract';
import { array, at, field, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { gapOfHttp, type HttpClient, type HttpFailure, type HttpJson, pagesOf } from '../../intake/http.ts';
import {
  aliasesOf,
  credentialFact,
  deploymentFact,
  fallbacksOf,
  guardrailFact,
  keyFact,
  mcpServerFact,
  type Place,
  proxyFact,
  teamFact,
  userFact,
} from './describe.ts';

export interface Proxy {
  readonly ours: HttpClient;
  readonly anybody: HttpClient;
  readonly server: string;
  readonly limits: { readonly maxEntries: number };
}

const pageSize = 100;

export async function* collectProxy(proxy: Proxy, signal: AbortSignal): AsyncGenerator<Collected> {
  const tally = makeGapTally();
  for await (const collected of readProxy(proxy, signal)) {
    if ('fact' in collected) yield collected;
    else for (const each of tally.add(collected.gap)) yield { gap: each };
  }
  for (const each of tally.rest()) yield { gap: each };
}

async function* readProxy({ ours, anybody, server, limits }: Proxy, signal: AbortSignal): AsyncGenerator<Collected> {
  const place: Place = { server, at: ours.address };
  const stranger = await anybody.json({ path: '/v1/models' }, signal);
  if (!stranger.ok && stranger.status === undefined) {
    yield { gap: gapOfHttp(stranger, ['*'], place.at) };
    return;
  }
  const readiness = await ours.json({ path: '/health/readiness' }, signal);
  const said = readiness.ok ? textAt(readiness.value, 'db') : undefined;
  const database = said === undefined ? 'unknown' : /^connected$/i.test(said) ? 'connected' : 'none';
  const settings = await ours.json({ path: '/get/config/callbacks' }, signal);
  if (!settings.ok) yield { gap: gapOfHttp(settings, ['litellm.proxy'], `${place.at}/get/config/callbacks`) };
  yield proxyFact(place, {
    authentication: stranger.ok ? 'none' : isRefusal(stranger) ? 'key' : 'unknown',
    database,
    version: readiness.ok ? textAt(readiness.value, 'litellm_version') : undefined,
    fallbacks: settings.ok ? fallbacksOf(at(settings.value, 'router_settings', 'fallbacks')) : [],
    aliases: settings.ok ? aliasesOf(at(settings.value, 'router_settings', 'model_group_alias')) : [],
  });

  yield* listed(ours, '/v1/model/info', 'data', ['litellm.deployment'], signal, (entry, index) =>
    deploymentFact(place, entry, index, 'proxy'),
  );
  yield* listed(ours, '/credentials', 'credentials', ['litellm.credential'], signal, (entry) =>
    credentialFact(place, entry),
  );
  yield* listed(ours, '/v1/mcp/server', undefined, ['litellm.mcp-server'], signal, (entry) =>
    mcpServerFact(place, entry),
  );
  yield* listed(ours, '/guardrails/list', 'guardrails', ['litellm.guardrail'], signal, (entry) =>
    guardrailFact(place, entry),
  );
  if (database === 'none') {
    // Its keys are the master key, and whatever a custom authentication lets in.
    const reason = 'The proxy has no database: it has no virtual keys, teams and users that it could tell of.';
    yield {
      gap: gap(
        'FB-ACCESS-UNTOLD',
        lists.map(({ kind }) => kind),
        place.at,
        reason,
      ),
    };
    return;
  }
  for (const list of lists) yield* paged(ours, list, place, limits.maxEntries, signal);
}

/** LiteLLM answers 400 as well as 401 to a request without a key. */
function isRefusal({ failure }: HttpFailure): boolean {
  return failure === 'unauthorized' || failure === 'forbidden' || failure === 'refused';
}

async function* listed(
  client: HttpClient,
  path: string,
  key: string | undefined,
  kinds: readonly string[],
  signal: AbortSignal,
  fact: (entry: unknown, index: number) => Collected,
): AsyncGenerator<Collected> {
  const where = `${client.address}${path}`;
  const answer = await client.json({ path }, signal);
  if (!answer.ok) {
    yield { gap: gapOfHttp(answer, kinds, where) };
    return;
  }
  const list = key === undefined ? answer.value : field(answer.value, key);
  if (!Array.isArray(list)) {
    yield { gap: gap('FB-HTTP-RESPONSE-INVALID', kinds, where, 'The answer is no list.') };
    return;
  }
  const facts = list.map((entry, index) => fact(entry, index));
  yield* facts.sort(byId);
}

/** Two readings of one proxy must say the same. Gaps come first. */
function byId(a: Collected, b: Collected): number {
  const [left, right] = [a, b].map((each) => ('fact' in each ? each.fact.id : '')) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

interface PagedList {
  readonly path: string;
  readonly key: string;
  readonly kind: 'litellm.key' | 'litellm.team' | 'litellm.user';
  readonly size: string;
  readonly more: Readonly<Record<string, string | boolean>>;
  readonly fact: (place: Place, entry: unknown) => Collected;
}

const lists: readonly PagedList[] = [
  {
    path: '/key/list',
    key: 'keys',
    kind: 'litellm.key',
    size: 'size',
    more: { return_full_object: true, include_team_keys: true, sort_by: 'created_at', sort_order: 'asc' },
    fact: keyFact,
  },
  { path: '/v2/team/list', key: 'teams', kind: 'litellm.team', size: 'page_size', more: {}, fact: teamFact },
  { path: '/user/list', key: 'users', kind: 'litellm.user', size: 'page_size', more: {}, fact: userFact },
];

async function* paged(
  client: HttpClient,
  list: PagedList,
  place: Place,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const where = `${client.address}${list.path}`;
  const entries: Collected[] = [];
  const pages = pagesOf<HttpJson>({
    read: (cursor) =>
      client.json({ path: list.path, query: { ...list.more, [list.size]: pageSize, page: cursor ?? 1 } }, signal),
    next: ({ value }) => {
      const page = Number(field(value, 'current_page') ?? field(value, 'page'));
      const total = Number(field(value, 'total_pages'));
      // A page without entries is the last one, whatever the total says.
      const isLast = !(page < total) || array(field(value, list.key)).length === 0;
      return isLast ? undefined : String(page + 1);
    },
  });
  for await (const page of pages) {
    if (!page.ok) {
      entries.push({ gap: gapOfHttp(page, [list.kind], where) });
      break;
    }
    const found = field(page.value, list.key);
    if (!Array.isArray(found)) {
      entries.push({ gap: gap('FB-HTTP-RESPONSE-INVALID', [list.kind], where, 'The answer is no list.') });
      break;
    }
    for (const entry of found) entries.push(list.fact(place, entry));
    if (entries.length > limit) {
      entries.length = limit;
      entries.push({ gap: gap('FB-LIMIT-REACHED', [list.kind], where, `Read were ${limit}.`) });
      break;
    }
  }
  yield* entries.sort(byId);
}
