/**
 * A tracking server → facts. What must stay true: every list is paged and bounded, and what is left out is a gap; the server
 * is asked as ourselves and, once, as anybody, because whether it asks anybody who they are is the most telling fact of all.
 */
import type { Collected, Gap } from '@firebreak/contract';
import { array, field, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { gapOfHttp, type HttpCall, type HttpClient, type HttpJson, pagesOf } from '../../intake/http.ts';
import { inOrder } from '../../intake/in-order.ts';
import { experimentFact, modelVersionFact, type Place, registeredModelFact, runFact, serverFact } from './describe.ts';
import { usersOf } from './users.ts';

export interface Tracking {
  readonly ours: HttpClient;
  readonly anybody: HttpClient;
  /** As others name the server. */
  readonly server: string;
  readonly limits: { readonly maxExperiments: number; readonly maxRuns: number; readonly maxModels: number };
}

const width = 4;
/** Runs carry what their datasets look like, which may be much. */
const pageSizes = { experiments: 1000, 'registered-models': 500, 'model-versions': 500, runs: 100 } as const;
const maxBytes = 64 * 1024 * 1024;

export async function* collectServer(tracking: Tracking, signal: AbortSignal): AsyncGenerator<Collected> {
  const place: Place = { server: tracking.server, at: tracking.ours.address };
  const tally = makeGapTally();
  for await (const collected of readAll(tracking, place, signal)) {
    if ('fact' in collected) yield collected;
    else for (const each of tally.add(collected.gap)) yield { gap: each };
  }
  for (const each of tally.rest()) yield { gap: each };
}

async function* readAll(tracking: Tracking, place: Place, signal: AbortSignal): AsyncGenerator<Collected> {
  const { ours, anybody, limits } = tracking;
  const stranger = await anybody.json(
    { path: '/api/2.0/mlflow/experiments/search', query: { max_results: 1 } },
    signal,
  );
  if (!stranger.ok && stranger.status === undefined) {
    yield { gap: gapOfHttp(stranger, ['*'], place.at) };
    return;
  }
  const authentication = stranger.ok ? 'none' : stranger.failure === 'unauthorized' ? 'basic' : 'unknown';
  const version = await ours.send({ path: '/version' }, signal);
  const said = version.ok ? version.body.toString('utf8').trim() : '';
  yield serverFact(place, { authentication, version: /^[\w.+-]{1,40}$/.test(said) ? said : undefined });

  const info = await ours.json({ path: '/api/3.0/mlflow/server-info' }, signal);
  if (info.ok && field(info.value, 'workspaces_enabled') === true) {
    const reason = 'The server has workspaces; what lies outside of the default one was not read.';
    yield { gap: gap('FB-OBJECT-IGNORED', ['*'], place.at, reason) };
  }
  const experiments: string[] = [];
  const listed = search(ours, 'experiments', { view_type: 'ALL' }, limits.maxExperiments, signal);
  for await (const each of sorted(listed, experimentOf)) {
    if ('gap' in each) {
      yield { gap: each.gap };
      continue;
    }
    experiments.push(textAt(each.found, 'experiment_id') ?? '');
    yield experimentFact(place, each.found);
  }
  const madeVersion = new Set<string>();
  yield* modelsOf(tracking, place, madeVersion, signal);
  for (const experiment of experiments) yield* runsOf(tracking, place, experiment, madeVersion, signal);
  if (authentication !== 'none') yield* usersOf(ours, place, signal);
}

async function* modelsOf(
  { ours, limits }: Tracking,
  place: Place,
  madeVersion: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  for await (const each of sorted(search(ours, 'registered-models', {}, limits.maxModels, signal), nameOf))
    yield 'gap' in each ? { gap: each.gap } : registeredModelFact(place, each.found);
  const versions = sorted(search(ours, 'model-versions', {}, limits.maxModels, signal), versionOf);
  const located = inOrder(versions, width, async (each) => {
    if ('gap' in each) return [{ gap: each.gap }];
    const name = textAt(each.found, 'name') ?? '';
    const query = { name, version: String(field(each.found, 'version') ?? '') };
    const path = '/api/2.0/mlflow/model-versions/get-download-uri';
    const uri = await ours.json({ path, query }, signal);
    const fact = modelVersionFact(place, each.found, uri.ok ? textAt(uri.value, 'artifact_uri') : undefined);
    madeVersion.add(textAt(each.found, 'run_id') ?? '');
    return uri.ok ? [fact] : [fact, { gap: gapOfHttp(uri, ['mlflow.model-version'], `${place.at}${path}`) }];
  });
  for await (const collected of located) yield* collected;
}

async function* runsOf(
  { ours, limits }: Tracking,
  place: Place,
  experiment: string,
  madeVersion: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const newest = { experiment_ids: [experiment], order_by: ['attributes.start_time DESC'] };
  const runs = sorted(search(ours, 'runs', newest, limits.maxRuns, signal), runOf);
  const described = inOrder(runs, width, async (each) => {
    if ('gap' in each) return [{ gap: each.gap }];
    const id = runOf(each.found);
    if (!madeVersion.has(id)) return [runFact(place, each.found, undefined)];
    const path = '/api/2.0/mlflow/artifacts/list';
    const artifacts = await ours.json({ path, query: { run_id: id } }, signal);
    const fact = runFact(place, each.found, artifacts.ok ? artifacts.value : undefined);
    return artifacts.ok ? [fact] : [fact, { gap: gapOfHttp(artifacts, ['mlflow.run'], `${place.at}${path}`) }];
  });
  for await (const collected of described) yield* collected;
}

type Found = { readonly found: unknown } | { readonly gap: Gap };
type What = 'experiments' | 'registered-models' | 'model-versions' | 'runs';

const listOf: Readonly<Record<What, string>> = {
  experiments: 'experiments',
  'registered-models': 'registered_models',
  'model-versions': 'model_versions',
  runs: 'runs',
};
const kindOf: Readonly<Record<What, string>> = {
  experiments: 'mlflow.experiment',
  'registered-models': 'mlflow.registered-model',
  'model-versions': 'mlflow.model-version',
  runs: 'mlflow.run',
};

/** All pages of a search. Experiments and runs are searched by POST, the registry by GET. */
async function* search(
  client: HttpClient,
  what: What,
  more: Readonly<Record<string, unknown>>,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const path = `/api/2.0/mlflow/${what}/search`;
  const where = `${client.address}${path}`;
  const byPost = what === 'experiments' || what === 'runs';
  const size = Math.min(pageSizes[what], limit);
  let count = 0;
  const pages = pagesOf<HttpJson>({
    read: (cursor) => {
      const call: HttpCall = byPost
        ? {
            path,
            maxBytes,
            search: { ...more, max_results: size, ...(cursor === undefined ? {} : { page_token: cursor }) },
          }
        : { path, maxBytes, query: { max_results: size, page_token: cursor } };
      return client.json(call, signal);
    },
    next: (page) => textAt(page.value, 'next_page_token'),
  });
  for await (const page of pages) {
    if (!page.ok) {
      yield { gap: gapOfHttp(page, [kindOf[what]], where) };
      return;
    }
    const list = field(page.value, listOf[what]);
    if (list !== undefined && !Array.isArray(list)) {
      yield { gap: gap('FB-HTTP-RESPONSE-INVALID', [kindOf[what]], where, 'The answer is no list.') };
      return;
    }
    for (const found of array(list)) {
      if (count === limit) {
        yield { gap: gap('FB-LIMIT-REACHED', [kindOf[what]], where, `Read were ${limit}.`) };
        return;
      }
      count += 1;
      yield { found };
    }
  }
}

/** A search has no order of its own; two readings of one server must say the same. Gaps come last. */
async function* sorted(source: AsyncIterable<Found>, keyOf: (found: unknown) => string): AsyncGenerator<Found> {
  const found: { readonly key: string; readonly each: Found }[] = [];
  const gaps: Found[] = [];
  for await (const each of source) {
    if ('gap' in each) gaps.push(each);
    else found.push({ key: keyOf(each.found), each });
  }
  found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const { each } of found) yield each;
  yield* gaps;
}

const nameOf = (found: unknown) => textAt(found, 'name') ?? '';
const versionOf = (found: unknown) => `${nameOf(found)}/${String(field(found, 'version')).padStart(10, '0')}`;
const experimentOf = (found: unknown) => textAt(found, 'experiment_id') ?? '';
const runOf = (found: unknown) => textAt(found, 'info', 'run_id') ?? '';
