/** MLflow's objects, as its API and its file store write them, as facts. */
import { type Collected, mlflowId } from '@firebreak/contract';
import { array, at, field, text, textAt } from '../../intake/foreign.ts';
import { factMaker } from '../../intake/parse-fact.ts';

const make = factMaker('mlflow');
/** Names of parameters and metrics, datasets and artifacts of one run that are kept. */
const maxNames = 200;

export interface Place {
  readonly server: string;
  /** Address or folder, for the provenance. */
  readonly at: string;
}

export function serverFact({ server, at: where }: Place, data: object): Collected {
  return make('mlflow.server', mlflowId('Server', server), { server, ...data }, where);
}

export function experimentFact({ server, at: where }: Place, experiment: unknown): Collected {
  const experimentId = identifier(field(experiment, 'experiment_id'));
  const data = {
    server,
    experimentId,
    name: textAt(experiment, 'name'),
    artifactLocation: address(textAt(experiment, 'artifact_location')),
    lifecycleStage: textAt(experiment, 'lifecycle_stage'),
    created: time(field(experiment, 'creation_time')),
    updated: time(field(experiment, 'last_update_time')),
    tags: tagsOf(field(experiment, 'tags')),
  };
  return make(
    'mlflow.experiment',
    mlflowId('Experiment', server, experimentId),
    data,
    `${where}/experiments/${experimentId}`,
  );
}

/** `run`: `{info, data: {tags, params, metrics}, inputs}`. */
export function runFact({ server, at: where }: Place, run: unknown, artifacts: unknown): Collected {
  const info = field(run, 'info');
  const runId = textAt(info, 'run_id') ?? textAt(info, 'run_uuid') ?? '';
  const tags = new Map(pairs(at(run, 'data', 'tags')));
  const tag = (name: string) => nonEmpty(tags.get(`mlflow.${name}`));
  const data = {
    server,
    runId,
    experimentId: identifier(field(info, 'experiment_id')),
    name: textAt(info, 'run_name') ?? tag('runName'),
    user: tag('user') ?? textAt(info, 'user_id'),
    status: textAt(info, 'status'),
    started: time(field(info, 'start_time')),
    ended: time(field(info, 'end_time')),
    artifactUri: address(textAt(info, 'artifact_uri')),
    source: {
      type: tag('source.type'),
      name: address(tag('source.name')),
      commit: tag('source.git.commit'),
      branch: tag('source.git.branch'),
      repository: address(tag('source.git.repoURL') ?? tag('gitRepoURL')),
    },
    params: keys(at(run, 'data', 'params')),
    metrics: keys(at(run, 'data', 'metrics')),
    datasets: array(at(run, 'inputs', 'dataset_inputs'))
      .slice(0, maxNames)
      .map(datasetOf),
    artifacts: array(field(artifacts, 'files'))
      .slice(0, maxNames)
      .map((file) => ({ path: textAt(file, 'path'), folder: field(file, 'is_dir') === true, size: sizeOf(file) })),
  };
  return make('mlflow.run', mlflowId('Run', server, runId), data, `${where}/runs/${runId}`);
}

export function registeredModelFact({ server, at: where }: Place, model: unknown): Collected {
  const name = textAt(model, 'name') ?? '';
  const data = {
    server,
    name,
    created: time(field(model, 'creation_timestamp')),
    updated: time(field(model, 'last_updated_timestamp')),
    aliases: array(field(model, 'aliases')).map((alias) => ({
      alias: textAt(alias, 'alias'),
      version: identifier(field(alias, 'version')),
    })),
    tags: tagsOf(field(model, 'tags')),
  };
  return make(
    'mlflow.registered-model',
    mlflowId('RegisteredModel', server, name),
    data,
    `${where}/registered-models/${name}`,
  );
}

export function modelVersionFact(
  { server, at: where }: Place,
  version: unknown,
  storage: string | undefined,
): Collected {
  const name = textAt(version, 'name') ?? '';
  const number = identifier(field(version, 'version')) ?? '';
  const data = {
    server,
    name,
    version: number,
    source: address(textAt(version, 'source')),
    storage: address(storage),
    runId: textAt(version, 'run_id'),
    user: textAt(version, 'user_id'),
    status: textAt(version, 'status'),
    stage: textAt(version, 'current_stage'),
    created: time(field(version, 'creation_timestamp')),
    updated: time(field(version, 'last_updated_timestamp')),
    tags: tagsOf(field(version, 'tags')),
  };
  const id = mlflowId('ModelVersion', server, `${name}/${number}`);
  return make('mlflow.model-version', id, data, `${where}/model-versions/${name}/${number}`);
}

export function userFact(
  { server, at: where }: Place,
  username: string,
  admin: boolean,
  permissions: unknown,
): Collected {
  const data = { server, username, admin, permissions };
  return make('mlflow.user', mlflowId('User', server, username), data, `${where}/users/${username}`);
}

function datasetOf(input: unknown) {
  const dataset = field(input, 'dataset');
  const context = pairs(field(input, 'tags')).find(([key]) => key === 'mlflow.data.context');
  return {
    name: textAt(dataset, 'name'),
    digest: textAt(dataset, 'digest'),
    sourceType: textAt(dataset, 'source_type'),
    source: address(sourceOf(text(field(dataset, 'source')) ?? '')),
    context: context?.[1],
  };
}

/** The source is JSON in a string, in one of the forms of MLflow's own dataset sources. */
function sourceOf(written: string): string | undefined {
  try {
    const source: unknown = JSON.parse(written.slice(0, 65_536));
    return textAt(source, 'uri') ?? textAt(source, 'url') ?? textAt(source, 'path') ?? textAt(source, 'table_name');
  } catch {
    return undefined;
  }
}

/** Without name, password and query, which may be a signature; one line. */
function address(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const clean = written.replace(/^([a-z][a-z0-9+.-]{0,30}:\/{2})[^/@]*@/i, '$1').replace(/[?#].*$/s, '');
  return nonEmpty(clean.trim());
}

/** Milliseconds since 1970, as number or text (protobuf's JSON writes both), in ISO 8601. */
function time(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? Number(value) : value;
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms <= 0 || ms > 8.64e15) return undefined;
  return new Date(ms).toISOString();
}

/** Ids that old versions write as numbers. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : text(value);
}

function sizeOf(file: unknown): number | undefined {
  const size = field(file, 'file_size');
  const bytes = typeof size === 'string' ? Number(size) : size;
  return typeof bytes === 'number' && Number.isFinite(bytes) ? bytes : undefined;
}

function pairs(list: unknown): readonly (readonly [string, string])[] {
  return array(list).flatMap((entry) => {
    const key = textAt(entry, 'key');
    const value = text(field(entry, 'value'));
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
}

/** People's own tags; MLflow's are read one by one where they mean something. */
function tagsOf(list: unknown): Readonly<Record<string, string>> {
  const kept = pairs(list).filter(([key, value]) => !key.startsWith('mlflow.') && value.length <= 256);
  return Object.fromEntries(kept.slice(0, maxNames));
}

function keys(list: unknown): readonly string[] {
  return array(list)
    .flatMap((entry) => textAt(entry, 'key') ?? [])
    .sort()
    .slice(0, maxNames);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
