/** Versions of a registered model of MLflow. An alias is how people get one. */
import { type Estate, type Fact, mlflowId, type NodeId } from '@firebreak/contract';
import { placeOf } from '../../../graph/mlflow/models.ts';
import type { VersionSource } from './source.ts';

const named = /^mlflow:(?:RegisteredModel|ModelVersion|Alias)(?:Write)?\//;

function modelOf(estate: Estate, node: NodeId): Fact<'mlflow.registered-model'> | undefined {
  if (!named.test(node)) return undefined;
  const exact = estate.get('mlflow.registered-model', node);
  if (exact !== undefined) return exact;
  return estate.all('mlflow.registered-model').find(({ data: { server, name, aliases } }) =>
    [
      ...estate
        .all('mlflow.model-version')
        .filter(({ data }) => data.server === server && data.name === name)
        .map(({ id }) => id),
      ...aliases.map(({ alias }) => mlflowId('Alias', server, `${name}@${alias}`)),
    ].includes(node),
  );
}

function versionsOf(estate: Estate, subject: NodeId): readonly Fact<'mlflow.model-version'>[] {
  const model = estate.get('mlflow.registered-model', subject);
  if (model === undefined) return [];
  const { server, name } = model.data;
  return estate.all('mlflow.model-version').filter(({ data }) => data.server === server && data.name === name);
}

export default {
  subject(estate, node) {
    const model = modelOf(estate, node);
    return model === undefined ? undefined : { kind: 'RegisteredModel', id: model.id, name: model.data.name };
  },

  versions: (estate, subject) =>
    versionsOf(estate, subject).map(({ id, data }) => {
      const run =
        data.runId === undefined ? undefined : estate.get('mlflow.run', mlflowId('Run', data.server, data.runId));
      return {
        version: {
          version: data.version,
          node: id,
          uris: [data.storage, data.source].filter((uri) => uri !== undefined),
          digests: [],
          revisions: run?.data.source.commit === undefined ? [] : [run.data.source.commit],
          models: [],
        },
        made: data.created ?? null,
        ready: data.status === undefined || data.status === 'READY',
        madeBy: [
          ...(run === undefined ? [] : [run.id]),
          ...[data.user, run?.data.user].flatMap((user) =>
            user === undefined ? [] : [mlflowId('User', data.server, user)],
          ),
        ],
        trained: run?.data.started ?? null,
        data: (run?.data.datasets ?? []).map(({ name, digest, source }) => {
          const place = placeOf(source);
          return {
            nodes: [
              mlflowId('Dataset', data.server, `${name}@${digest}`),
              ...(place?.kind === 'bucket' ? [place.content] : []),
            ],
            name,
            digest,
          };
        }),
      };
    }),

  current: (estate, subject) =>
    (estate.get('mlflow.registered-model', subject)?.data.aliases ?? []).map(({ alias, version }) => ({
      by: `alias ${alias}`,
      version,
    })),

  wishes: (estate, subject) => [
    { kind: 'mlflow.registered-model', ids: [subject] },
    { kind: 'mlflow.model-version', ids: versionsOf(estate, subject).map(({ id }) => id) },
  ],

  servedBy({ kind, since, until, data }) {
    if (kind !== 'mlflow.registered-model') return [];
    const { aliases } = data as Fact<'mlflow.registered-model'>['data'];
    return aliases.map(({ alias, version }) => ({ by: `alias ${alias}`, version, from: since, until }));
  },

  moves(estate, subject) {
    const model = estate.get('mlflow.registered-model', subject);
    if (model === undefined) return [];
    return [model.id, `mlflow:RegisteredModel/${model.data.name}`];
  },

  moved(targets, activity) {
    const alias = targets.map((id) => /^mlflow:Alias\/.*@([^@]+)$/.exec(id)?.[1]).find((found) => found !== undefined);
    const version = targets
      .map((id) => /^mlflow:ModelVersion\/.*\/([^/]+)$/.exec(id)?.[1])
      .find((found) => found !== undefined);
    if (alias === undefined) return undefined;
    if (activity === 'delete') return { by: `alias ${alias}`, version: null };
    return version === undefined ? undefined : { by: `alias ${alias}`, version };
  },
} satisfies VersionSource;
