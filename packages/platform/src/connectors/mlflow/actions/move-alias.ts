import { defineAction, mlflowId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { MlflowSession } from '../session.ts';
import { deskOf, serverExchange, serverParam, versionParam, withQuery, wordParam } from './exchange/desk.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z.object({
  server: serverParam,
  name: wordParam,
  alias: wordParam,
  /** The verified version that the alias is to give. */
  to: versionParam,
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** Whether there is such a model. */
  model: z.boolean(),
  /** What the alias gives; null when there is none. */
  version: z.string().nullable(),
  /** Whether the other version is there and ready. */
  ready: z.boolean(),
});
type Before = z.infer<typeof before>;

const id = ({ server, name, alias }: Params) => mlflowId('Alias', server, `${name}@${alias}`);
const path = '/api/2.0/mlflow/registered-models/alias';
const set = (of: Params, version: string): JsonWrite => ({
  verb: 'patch',
  object: id(of),
  method: 'POST',
  path,
  body: { name: of.name, alias: of.alias, version },
});

async function read(desk: JsonDesk, { name, alias, to }: Params): Promise<Before> {
  const model = await desk.get(withQuery('/api/2.0/mlflow/registered-models/get', { name }));
  if (model === null) return { model: false, version: null, ready: false };
  const found = array(at(model, 'registered_model', 'aliases')).find((each) => textAt(each, 'alias') === alias);
  const version = await desk.get(withQuery('/api/2.0/mlflow/model-versions/get', { name, version: to }));
  return {
    model: true,
    version: textAt(found, 'version') ?? null,
    ready: textAt(version, 'model_version', 'status') === 'READY',
  };
}

/** Has an alias give a verified version: what is loaded by the alias from now on is that one. */
export default defineAction<Params, Before, MlflowSession>({
  id: 'mlflow.move-alias',
  title: 'Move model alias to a verified version',
  stage: 'delivery',
  targetKinds: ['Alias'],
  params,
  before,
  permissions: ['EDIT on the registered model (registered-models/get, model-versions/get, registered-models/alias)'],
  target: (of) => ({ kind: 'Alias', id: id(of), name: `${of.name}@${of.alias}` }),
  describe: (of) =>
    `Point alias ${of.alias} of ${of.name} at version ${of.to}. What has loaded another version keeps it until it loads again.`,
  undoes: (of) => `Alias ${of.alias} of ${of.name} gives the version that it gave, or is gone again.`,
  drastic: () => false,
  rollsBack({ subject, from, to }, estate) {
    const model = estate.get('mlflow.registered-model', subject);
    if (model === undefined || !versionParam.safeParse(to.version).success) return [];
    const { server, name, aliases } = model.data;
    return aliases
      .filter(({ version }) => version === from.version)
      .map(({ alias }) => ({ server, name, alias, to: to.version }));
  },
  takes: () => 3,
  impact: (of, estate) =>
    impactOf('move-alias', estate, of, `What loads ${of.name}@${of.alias} gets version ${of.to}.`),
  ...stateChange<Params, Before, MlflowSession, JsonDesk, JsonWrite>(
    serverExchange((of) => `Alias ${of.alias} of ${of.name}`),
    {
      read,
      isGone: ({ model }) => !model,
      goneIsWanted: true,
      objection: ({ ready }, { to }) => (ready ? undefined : `Version ${to} is not there, or is not ready.`),
      wanted: ({ version }, { to }) => version === to,
      forward: (_, of) => [set(of, of.to)],
      back(now, of, was) {
        if (!now.model) return refused('FB-HTTP-NOT-FOUND', `${of.name} was deleted since.`);
        if (was.version !== null) return [set(of, was.version)];
        const body = { name: of.name, alias: of.alias };
        return [{ verb: 'delete', object: id(of), method: 'DELETE', path, body }];
      },
      matter: ({ version }) => version,
      steady: ({ version }) => version,
    },
  ),
  probe: async (attempt, of) => {
    const desk = deskOf(attempt, of.server);
    const answer = await desk.get(withQuery(path, { name: of.name, alias: of.alias }));
    const version = textAt(answer, 'model_version', 'version');
    return [
      {
        what: `Whoever asks for ${of.name}@${of.alias} gets version ${of.to}`,
        result: version === of.to ? 'holds' : 'fails',
        evidence: `The server gives version ${version ?? 'none'}.`,
      },
    ];
  },
});
