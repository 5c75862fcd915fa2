import { isDeepStrictEqual } from 'node:util';
import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, record } from '../../../intake/foreign.ts';
import type { LitellmSession } from '../session.ts';
import { deskOf, proxyExchange, serverParam, wordParam } from './exchange/desk.ts';
import { routerSetting, setRouter } from './exchange/router-settings.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, model: wordParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** `{"<model>": ["<other>", …]}`, in the proxy's order. */
  fallbacks: z.array(z.unknown()),
});
type Before = z.infer<typeof before>;

const read = async (desk: JsonDesk): Promise<Before> => ({
  fallbacks: [...array(await routerSetting(desk, 'fallbacks'))],
});
const covers = (rule: unknown, model: string) => Object.hasOwn(record(rule) ?? {}, model);
/** A rule without the model; undefined when nothing is left of it. */
function without(rule: unknown, model: string): unknown {
  if (!covers(rule, model)) return rule;
  const { [model]: _, ...others } = record(rule) ?? {};
  return Object.keys(others).length === 0 ? undefined : others;
}
const set = (of: Params, fallbacks: readonly unknown[]) => setRouter(of.server, of.model, { fallbacks });
const cut = ({ fallbacks }: Before, model: string) =>
  fallbacks.map((rule) => without(rule, model)).filter((rule) => rule !== undefined);

/** Keeps a model's questions with the model: when it fails, nobody else is asked. */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.fallbacks-off',
  title: 'Switch fallbacks off',
  stage: 'access',
  targetKinds: ['Model'],
  params,
  before,
  permissions: ['GET /get/config/callbacks', 'POST /config/update'],
  target: (of) => ({ kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model }),
  describe: (of) => `Let nobody else answer when ${of.model} fails, at the proxy ${of.server}.`,
  undoes: (of) => `The fallbacks of ${of.model} are as they were, in their places.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of) =>
    impactOf('fallbacks-off', [
      {
        who: { kind: 'Model', id: litellmId('Model', of.server, of.model), name: of.model },
        what: 'When it fails, the question fails.',
        weight: 1,
      },
    ]),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `The fallbacks of ${of.model}`),
    {
      read,
      isGone: () => false,
      wanted: ({ fallbacks }, { model }) => !fallbacks.some((rule) => covers(rule, model)),
      forward: (from, of) => [set(of, cut(from, of.model))],
      back: (now, of, was) => {
        // Where the others are as we left them, the list is as it was; else ours are put behind theirs.
        if (isDeepStrictEqual(now.fallbacks, cut(was, of.model))) return [set(of, was.fallbacks)];
        const ours = was.fallbacks.flatMap((rule) =>
          covers(rule, of.model) ? [{ [of.model]: record(rule)?.[of.model] }] : [],
        );
        return [set(of, [...cut(now, of.model), ...ours])];
      },
      matter: ({ fallbacks }, { model }) =>
        fallbacks.flatMap((rule) => (covers(rule, model) ? [record(rule)?.[model]] : [])),
      steady: ({ fallbacks }) => fallbacks,
    },
  ),
  probe: async (attempt, of) => {
    const { fallbacks } = await read(deskOf(attempt, of.server));
    const holds = !fallbacks.some((rule) => covers(rule, of.model));
    return [
      {
        what: `The running router has no fallback for ${of.model}`,
        result: holds ? 'holds' : 'fails',
        evidence: `It has ${fallbacks.length} rules for others. To try it, ${of.model} would have to fail.`,
      },
    ];
  },
});
