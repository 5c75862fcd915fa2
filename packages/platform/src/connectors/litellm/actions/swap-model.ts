import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { record, text, textAt } from '../../../intake/foreign.ts';
import type { LitellmSession } from '../session.ts';
import { ask } from './exchange/attack.ts';
import { deskOf, proxyExchange, serverParam, wordParam } from './exchange/desk.ts';
import { deploymentsOf } from './exchange/model-deployments.ts';
import { routerSetting, setRouter } from './exchange/router-settings.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z
  .object({ server: serverParam, model: wordParam, /** The verified one that answers instead. */ to: wordParam })
  .refine(({ model, to }) => model !== to, 'it is the same model');
type Params = z.infer<typeof params>;
const before = z.object({
  /** Who answers under which name, as the proxy has it. */
  aliases: z.record(z.string(), z.unknown()),
  /** Whether there is a model that could answer instead. */
  answers: z.boolean(),
});
type Before = z.infer<typeof before>;

async function read(desk: JsonDesk, { to }: Params): Promise<Before> {
  const open = (await deploymentsOf(desk, to)).filter(({ blocked }) => !blocked);
  return { aliases: { ...record(await routerSetting(desk, 'model_group_alias')) }, answers: open.length > 0 };
}
const target = ({ aliases }: Before, model: string) => text(aliases[model]) ?? textAt(aliases[model], 'model');
const set = (of: Params, aliases: Before['aliases']) => setRouter(of.server, of.model, { model_group_alias: aliases });

/** Has another model answer for one, under its name: clients go on, and what stood behind the name is asked no more. */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.swap-model',
  title: 'Swap model for the safe one',
  stage: 'access',
  targetKinds: ['Model'],
  params,
  before,
  permissions: ['GET /get/config/callbacks', 'GET /v1/model/info', 'POST /config/update', 'POST /v1/chat/completions'],
  target: (of) => ({ kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model }),
  describe: (of) => `Let ${of.to} answer for ${of.model} at the proxy ${of.server}.`,
  undoes: (of) => `${of.model} answers for itself again, or whoever did before.`,
  drastic: () => false,
  rollsBack({ from, to }, estate) {
    const [good] = to.models;
    if (good === undefined) return [];
    return from.models
      .filter((model) => model !== good)
      .flatMap((model) => {
        const servers = new Set(
          estate
            .all('litellm.deployment')
            .filter(({ data }) => data.model === model)
            .map(({ data }) => data.server),
        );
        return [...servers].map((server) => ({ server, model, to: good }));
      });
  },
  takes: () => 3,
  impact: (of) =>
    impactOf('swap-model', [
      {
        who: { kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model },
        what: `${of.to} answers in its place: answers go on, and may be worse.`,
        weight: 2,
      },
    ]),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `The name ${of.model}`),
    {
      read,
      isGone: () => false,
      objection: ({ answers }, { to }) => (answers ? undefined : `Nothing answers for ${to}: nobody would answer.`),
      wanted: (now, { model, to }) => target(now, model) === to,
      forward: ({ aliases }, of) => [set(of, { ...aliases, [of.model]: of.to })],
      back: ({ aliases }, of, was) => {
        const { [of.model]: _, ...others } = aliases;
        return [set(of, of.model in was.aliases ? { ...others, [of.model]: was.aliases[of.model] } : others)];
      },
      matter: ({ aliases }, { model }) => aliases[model] ?? null,
      steady: ({ aliases }) => aliases,
    },
  ),
  probe: async (attempt, of) => {
    const desk = deskOf(attempt, of.server);
    const wanted = new Set((await deploymentsOf(desk, of.to)).map(({ id }) => id));
    const answer = await ask(desk, of.model);
    const what = `A question to ${of.model} is answered by ${of.to}`;
    if (!answer.ok) return [{ what, result: 'cannot-tell', evidence: answer.reason }];
    if (answer.deployment === undefined)
      return [{ what, result: 'cannot-tell', evidence: 'The proxy does not say which deployment answered.' }];
    const holds = wanted.has(answer.deployment);
    return [
      { what, result: holds ? 'holds' : 'fails', evidence: `Deployment ${answer.deployment.slice(0, 64)} answered.` },
    ];
  },
});
