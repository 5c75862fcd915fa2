import { defineAction, mlflowId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { textAt } from '../../../intake/foreign.ts';
import type { MlflowSession } from '../session.ts';
import { deskOf, serverExchange, serverParam, versionParam, withQuery, wordParam } from './exchange/desk.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, name: wordParam, version: versionParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** `None`, `Staging`, `Production`, `Archived`; null when there is no such version. */
  stage: z.string().nullable(),
});
type Before = z.infer<typeof before>;

const id = ({ server, name, version }: Params) => mlflowId('ModelVersion', server, `${name}/${version}`);
const set = (of: Params, stage: string): JsonWrite => ({
  verb: 'patch',
  object: id(of),
  method: 'POST',
  path: '/api/2.0/mlflow/model-versions/transition-stage',
  // Others stay where they are: this is about one version.
  body: { name: of.name, version: of.version, stage, archive_existing_versions: false },
});

async function read(desk: JsonDesk, { name, version }: Params): Promise<Before> {
  const answer = await desk.get(withQuery('/api/2.0/mlflow/model-versions/get', { name, version }));
  return { stage: answer === null ? null : (textAt(answer, 'model_version', 'current_stage') ?? 'None') };
}

/** Takes a version out of its stage: what is loaded by stage from now on is another one, or none. By number it is still to be had. */
export default defineAction<Params, Before, MlflowSession>({
  id: 'mlflow.archive-version',
  title: 'Archive model version',
  stage: 'delivery',
  targetKinds: ['ModelVersion'],
  params,
  before,
  permissions: ['EDIT on the registered model (model-versions/get, model-versions/transition-stage)'],
  target: (of) => ({ kind: 'ModelVersion', id: id(of), name: `${of.name} ${of.version}` }),
  describe: (of) =>
    `Archive version ${of.version} of ${of.name}: nobody gets it by stage any more; by its number they do.`,
  undoes: (of) => `Version ${of.version} of ${of.name} is in the stage that it was in.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of, estate) =>
    impactOf('archive-version', estate, of, `What loads ${of.name} by stage gets another version, or none.`),
  ...stateChange<Params, Before, MlflowSession, JsonDesk, JsonWrite>(
    serverExchange((of) => `Version ${of.version} of ${of.name}`),
    {
      read,
      isGone: ({ stage }) => stage === null,
      goneIsWanted: true,
      wanted: ({ stage }) => stage === 'Archived',
      forward: (_, of) => [set(of, 'Archived')],
      back: (now, of, was) =>
        now.stage === null || was.stage === null
          ? refused('FB-HTTP-NOT-FOUND', `Version ${of.version} of ${of.name} was deleted since.`)
          : [set(of, was.stage)],
    },
  ),
  probe: async (attempt, of) => {
    const { stage } = await read(deskOf(attempt, of.server), of);
    return [
      {
        what: `Version ${of.version} of ${of.name} is given for no stage that is served`,
        result: stage === null || stage === 'Archived' ? 'holds' : 'fails',
        evidence: `Its stage is ${stage ?? 'none'}.`,
      },
    ];
  },
});
