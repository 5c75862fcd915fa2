/**
 * A version of a registered model, or a run: what MLflow knows of it (parameters, metrics with their history, tags, datasets, aliases as
 * they are now: MLflow keeps no history of them) and every file of it. `mlflow:ModelVersion/<server>/<name>/<version>`,
 * `mlflow:Run/<server>/<run id>`.
 */
import type { SnapshotPiece, SnapshotSubject, Snapshotter } from '@firebreak/contract';
import { array, at, field, textAt } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { gapOfHttp, type HttpCall, type HttpClient } from '../../../intake/http.ts';
import { openBody, theseBytes } from '../../../intake/open-body.ts';
import type { MlflowSession } from '../session.ts';

const api = '/api/2.0/mlflow';
const mostFiles = 100_000;
const mostMetrics = 500;

export default {
  id: 'mlflow.model-version',
  title: 'Model version or run',
  kinds: ['ModelVersion', 'Run'],
  permissions: ['READ on the model and its experiment'],
  takes: ({ path }, session) => session.kind === 'server' && path.startsWith(`${session.server}/`),
  async *take(subject, session, signal) {
    if (session.kind !== 'server') return;
    const rest = subject.path.slice(session.server.length + 1);
    if (subject.kind === 'Run') yield* runOf(session.ours, rest, signal, true);
    else yield* versionOf(session.ours, rest, subject, signal);
  },
} satisfies Snapshotter<MlflowSession>;

async function* versionOf(
  client: HttpClient,
  rest: string,
  subject: SnapshotSubject,
  signal: AbortSignal,
): AsyncGenerator<SnapshotPiece> {
  const [, name, version] = /^(.+)\/(\d{1,9})$/.exec(rest) ?? [];
  if (name === undefined || version === undefined) {
    yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], subject.text, 'It names no version of a model.') };
    return;
  }
  const found = await json(
    client,
    'model-version.json',
    { path: `${api}/model-versions/get`, query: { name, version } },
    signal,
  );
  yield found.piece;
  yield (await json(client, 'registered-model.json', { path: `${api}/registered-models/get`, query: { name } }, signal))
    .piece;
  const run = textAt(found.value, 'model_version', 'run_id');
  if (run !== undefined) yield* runOf(client, run, signal, false);
  const path = `${api}/model-versions/get-download-uri`;
  const uri = await client.json({ path, query: { name, version } }, signal);
  const place = uri.ok ? textAt(uri.value, 'artifact_uri') : undefined;
  if (place === undefined)
    yield uri.ok
      ? missing(client, path, 'It does not say where the files lie.')
      : { missing: gapOfHttp(uri, ['*'], `${client.address}${path}`) };
  else yield* filesAt(client, place, run, signal);
}

/** Files that the server hands out are taken; those that lie in a store of their own are referred to. */
async function* filesAt(
  client: HttpClient,
  place: string,
  run: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<SnapshotPiece> {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.+)$/.exec(place)?.[1];
  if (proxied !== undefined) yield* proxiedFiles(client, proxied, signal);
  else if (place.startsWith('runs:/') && run !== undefined) yield* runFiles(client, run, signal);
  else
    yield {
      name: 'files',
      mediaType: 'application/octet-stream',
      reference: place,
      digest: `mlflow-artifacts-at:${place}`,
      size: null,
      because: 'The files lie in a store that the server does not hand out: take that place as well (data:Prefix/…).',
      retention: null,
    };
}

async function* runOf(
  client: HttpClient,
  id: string,
  signal: AbortSignal,
  files: boolean,
): AsyncGenerator<SnapshotPiece> {
  const found = await json(client, 'run.json', { path: `${api}/runs/get`, query: { run_id: id } }, signal);
  yield found.piece;
  const metrics = array(at(found.value, 'run', 'data', 'metrics')).slice(0, mostMetrics);
  for (const metric of metrics) {
    const key = textAt(metric, 'key');
    if (key === undefined) continue;
    const call = { path: `${api}/metrics/get-history`, query: { run_id: id, metric_key: key } };
    yield (await json(client, `metrics/${key}.json`, call, signal)).piece;
  }
  if (files) yield* runFiles(client, id, signal);
}

async function* runFiles(client: HttpClient, run: string, signal: AbortSignal): AsyncGenerator<SnapshotPiece> {
  yield* walk(
    client,
    (folder) => ({ path: `${api}/artifacts/list`, query: { run_id: run, path: folder === '' ? undefined : folder } }),
    (file) => ({ path: '/get-artifact', query: { run_id: run, path: file } }),
    signal,
  );
}

async function* proxiedFiles(client: HttpClient, root: string, signal: AbortSignal): AsyncGenerator<SnapshotPiece> {
  const base = '/api/2.0/mlflow-artifacts/artifacts';
  const under = (path: string) => `${base}/${`${root}/${path}`.split('/').map(encodeURIComponent).join('/')}`;
  yield* walk(
    client,
    (folder) => ({ path: base, query: { path: folder === '' ? root : `${root}/${folder}` } }),
    (file) => ({ path: under(file) }),
    signal,
    true,
  );
}

/** @param relative whether names in a listing are relative to the folder that was listed */
async function* walk(
  client: HttpClient,
  list: (folder: string) => HttpCall,
  download: (file: string) => HttpCall,
  signal: AbortSignal,
  relative = false,
): AsyncGenerator<SnapshotPiece> {
  const folders = [''];
  let count = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    signal.throwIfAborted();
    const call = list(folder);
    const answer = await client.json(call, signal);
    if (!answer.ok) {
      yield { missing: gapOfHttp(answer, ['*'], `${client.address}${call.path}`) };
      continue;
    }
    for (const entry of array(field(answer.value, 'files'))) {
      const said = textAt(entry, 'path');
      if (said === undefined) continue;
      const name: string = relative && folder !== '' ? `${folder}/${said}` : said;
      if (count >= mostFiles || name.split('/').includes('..')) {
        yield missing(
          client,
          name,
          count >= mostFiles ? `More than ${mostFiles} files.` : 'It leads out of the folder.',
        );
        if (count >= mostFiles) return;
        continue;
      }
      if (field(entry, 'is_dir') === true) {
        if (name.startsWith(folder)) folders.push(name);
        continue;
      }
      count += 1;
      const size = Number(field(entry, 'file_size') ?? Number.NaN);
      const get = download(name);
      const where = `${client.address}${get.path}`;
      const open = { ...get, headers: { accept: '*/*' }, open: true };
      yield {
        name: `files/${name}`,
        mediaType: 'application/octet-stream',
        ...(Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
        at: where,
        bytes: openBody(() => client.send(open, signal), where),
      };
    }
  }
}

async function json(
  client: HttpClient,
  name: string,
  call: HttpCall,
  signal: AbortSignal,
): Promise<{ readonly piece: SnapshotPiece; readonly value: unknown }> {
  const answer = await client.json(call, signal);
  if (!answer.ok)
    return { piece: { missing: gapOfHttp(answer, ['*'], `${client.address}${call.path}`) }, value: undefined };
  const bytes = Buffer.from(JSON.stringify(answer.value));
  return {
    piece: { name, mediaType: 'application/json', size: bytes.length, bytes: theseBytes(bytes) },
    value: answer.value,
  };
}

function missing(client: HttpClient, where: string, reason: string): SnapshotPiece {
  return { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], `${client.address} ${where}`, reason) };
}
