import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import type { LitellmSession } from '../session.ts';
import { ask } from './exchange/attack.ts';
import { deskOf, proxyExchange, serverParam, wordParam } from './exchange/desk.ts';
import { deploymentsOf, sameDeployments, updateDeployment } from './exchange/model-deployments.ts';
import { impactOf, interruptKeys, mayCall } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, model: wordParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** All that answer for the model, in the order of their ids. */
  deployments: z.array(z.object({ id: z.string(), stored: z.boolean(), blocked: z.boolean() })),
});
type Before = z.infer<typeof before>;

const set = (of: Params, deployment: string, blocked: boolean) => updateDeployment(of, deployment, { blocked });
const read = async (desk: JsonDesk, { model }: Params): Promise<Before> => ({
  deployments: [...(await deploymentsOf(desk, model))],
});

/** Isolates an endpoint: nobody gets an answer of the model through the proxy, whatever their key. */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.block-model',
  title: 'Block model at the gateway',
  stage: 'access',
  targetKinds: ['Model'],
  params,
  before,
  permissions: ['GET /v1/model/info', 'PATCH /model/{model_id}/update', 'POST /v1/chat/completions'],
  target: (of) => ({ kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model }),
  describe: (of) =>
    `Block model ${of.model} at the proxy ${of.server}: nobody gets an answer of it, whatever their key.`,
  undoes: (of) => `The deployments of ${of.model} that answered before answer again.`,
  drastic: () => true,
  takes: () => 3,
  impact: (of, estate) =>
    impactOf('block-model', [
      {
        who: { kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model },
        what: 'What is built on it gets no answers.',
        weight: 5,
      },
      ...interruptKeys(
        estate,
        of.server,
        ({ models }) => mayCall(models, of.model),
        `It may call ${of.model}, and gets no answers.`,
      ),
    ]),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `Model ${of.model}`),
    {
      read,
      isGone: ({ deployments }) => deployments.length === 0,
      goneIsWanted: true,
      objection: ({ deployments }) =>
        deployments.some(({ stored, blocked }) => !stored && !blocked)
          ? 'A deployment of it stands in the proxy’s file, which the API may not change.'
          : undefined,
      wanted: ({ deployments }) => deployments.every(({ blocked }) => blocked),
      forward: ({ deployments }, of) =>
        deployments.filter(({ blocked }) => !blocked).map(({ id }) => set(of, id, true)),
      between: (now, _, was) => sameDeployments(now.deployments, was.deployments),
      back: (now, of, was) => {
        const open = new Set(was.deployments.flatMap(({ id, blocked }) => (blocked ? [] : [id])));
        return now.deployments.filter(({ id, blocked }) => blocked && open.has(id)).map(({ id }) => set(of, id, false));
      },
      // One that somebody added or took away since is theirs.
      matter: ({ deployments }, _, was) => {
        const known = new Set(was.deployments.map(({ id }) => id));
        return deployments.filter(({ id }) => known.has(id)).map(({ id, blocked }) => ({ id, blocked }));
      },
      steady: ({ deployments }) => deployments,
    },
  ),
  probe: async (attempt, of) => {
    const desk = deskOf(attempt, of.server);
    const { deployments } = await read(desk, of);
    const open = deployments.filter(({ blocked }) => !blocked).length;
    const answer = await ask(desk, of.model);
    return [
      {
        what: `The proxy says of every deployment of ${of.model} that it is blocked`,
        result: open === 0 ? 'holds' : 'fails',
        evidence: `${open} of ${deployments.length} are not.`,
      },
      {
        what: `A question to ${of.model} gets no answer`,
        result: answer.ok ? 'fails' : answer.refused ? 'holds' : 'cannot-tell',
        evidence: answer.ok ? 'One was answered.' : answer.reason,
      },
    ];
  },
});
