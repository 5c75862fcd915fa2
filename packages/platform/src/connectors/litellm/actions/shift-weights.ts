import { defineAction, litellmId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { LitellmSession } from '../session.ts';
import { ask } from './exchange/attack.ts';
import { deskOf, proxyExchange, serverParam, wordParam } from './exchange/desk.ts';
import { sameDeployments, updateDeployment } from './exchange/model-deployments.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z.object({
  server: serverParam,
  model: wordParam,
  /** Ids of the model's deployments that the share is for; all others of the model have the rest. */
  canary: z.array(wordParam).min(1).max(50),
  percent: z.number().int().min(0).max(100),
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** All that answer for the model, in the order of their ids. A weight that is not told is as good as 1 while none is. */
  deployments: z.array(z.object({ id: z.string(), stored: z.boolean(), weight: z.number() })),
  /** Without weights, the proxy shares out by the limits of the deployments where there are some. */
  byLimits: z.boolean(),
});
type Before = z.infer<typeof before>;

async function read(desk: JsonDesk, { model }: Params): Promise<Before> {
  const listed = array(at(await desk.get('/v1/model/info'), 'data')).filter(
    (each) => textAt(each, 'model_name') === model,
  );
  const weightOf = (each: unknown) => at(each, 'litellm_params', 'weight');
  const weighed = listed.some((each) => typeof weightOf(each) === 'number');
  const deployments = listed
    .map((each) => ({
      id: textAt(each, 'model_info', 'id') ?? '',
      stored: at(each, 'model_info', 'db_model') === true,
      weight: weighed ? Number(weightOf(each) ?? 0) : 1,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const limited = (each: unknown) =>
    ['rpm', 'tpm'].some((name) => typeof at(each, 'litellm_params', name) === 'number');
  return { deployments, byLimits: !weighed && listed.some(limited) };
}

/** Whole numbers: each side's share, as often as the other side has deployments. */
function wish({ deployments }: Before, { canary, percent }: Params): ReadonlyMap<string, number> {
  const ours = deployments.filter(({ id }) => canary.includes(id)).length;
  const others = deployments.length - ours;
  return new Map(
    deployments.map(({ id }) => [
      id,
      canary.includes(id) ? percent * Math.max(1, others) : (100 - percent) * Math.max(1, ours),
    ]),
  );
}

function writes(now: Before, of: Params, wanted: ReadonlyMap<string, number>): readonly JsonWrite[] {
  return now.deployments.flatMap(({ id, weight }) => {
    const should = wanted.get(id);
    return should === undefined || should === weight
      ? []
      : [updateDeployment(of, id, { litellm_params: { weight: should } })];
  });
}

/** Gives a share of a model's requests to some of its deployments, by the weights of the proxy's router. */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.shift-weights',
  title: 'Shift traffic between deployments',
  stage: 'network',
  targetKinds: ['Model'],
  params,
  before,
  permissions: ['GET /v1/model/info', 'PATCH /model/{model_id}/update', 'POST /v1/chat/completions'],
  target: (of) => ({ kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model }),
  describe: (of) =>
    `Send ${of.percent} % of the requests for ${of.model} to ${of.canary.join(', ')} at the proxy ${of.server}.`,
  undoes: (of) => `The deployments of ${of.model} get back the weights that they had.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of) =>
    impactOf('shift-weights', [
      {
        who: { kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model },
        what: `${of.percent} % of requests are answered by ${of.canary.join(', ')}.`,
        weight: 1,
      },
    ]),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `Model ${of.model}`),
    {
      read,
      isGone: ({ deployments }) => deployments.length === 0,
      objection: ({ deployments, byLimits }, { canary, model }) => {
        const known = new Set(deployments.map(({ id }) => id));
        const unknown = canary.find((id) => !known.has(id));
        if (unknown !== undefined) return `${model} has no deployment ${unknown}.`;
        if (deployments.every(({ id }) => canary.includes(id)))
          return `No deployment of ${model} is left to share with.`;
        if (byLimits)
          return 'Its requests are shared out by limits (rpm, tpm): weights would replace that, and cannot be taken away again.';
        return deployments.every(({ stored }) => stored)
          ? undefined
          : 'A deployment of it stands in the proxy’s file, which the API may not change.';
      },
      wanted: (now, of) => writes(now, of, wish(now, of)).length === 0,
      forward: (now, of) => writes(now, of, wish(now, of)),
      back: (now, of, was) => writes(now, of, new Map(was.deployments.map(({ id, weight }) => [id, weight]))),
      between: (now, of, was) => {
        const wanted = wish(was, of);
        return (
          sameDeployments(now.deployments, was.deployments) &&
          now.deployments.every(
            ({ id, weight }, place) =>
              weight === wanted.get(id) || weight === was.deployments[place]?.weight || weight === 0,
          )
        );
      },
      matter: ({ deployments }) => deployments.map(({ id, weight }) => ({ id, weight })),
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `Of the answers of ${of.model}, about ${of.percent} % come from ${of.canary.join(', ')}`;
    const desk = deskOf(attempt, of.server);
    const seen: string[] = [];
    for (let question = 0; question < questions; question++) {
      const answer = await ask(desk, of.model);
      if (!answer.ok) return [{ what, result: 'cannot-tell', evidence: answer.reason }];
      if (answer.deployment === undefined)
        return [{ what, result: 'cannot-tell', evidence: 'The proxy does not say which deployment answered.' }];
      seen.push(answer.deployment);
    }
    const ours = seen.filter((id) => of.canary.includes(id)).length;
    const evidence = `${ours} of ${questions} answers came from there.`;
    // Only what share cannot be at all is told: a canary's own probe asks often enough to tell more.
    const impossible = (of.percent === 0 && ours > 0) || (of.percent === 100 && ours < questions);
    return [{ what, result: impossible ? 'fails' : 'holds', evidence }];
  },
});

const questions = 6;
