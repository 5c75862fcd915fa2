/**
 * The way in that users of a model have: the real LiteLLM proxy with two deployments behind one name, users who ask all the time, and the
 * real Prometheus that measures both.
 */
import { rm, writeFile } from 'node:fs/promises';
import type { CanaryWish } from '@firebreak/contract';

const url = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_URL ?? '';
const key = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_KEY ?? '';
const prometheus = process.env.FIREBREAK_PROMETHEUS_URL ?? '';
const targets = `${process.env.FIREBREAK_PROMETHEUS_DIR}/targets`;
const atOnce = 4;

/** Host and port of each server. */
type Servers = Readonly<Record<'production' | 'standIn', string>>;

export interface Gateway {
  /** For `--from`. */
  readonly source: string;
  /** Variables of the server that are credentials. */
  readonly keys: Readonly<Record<string, string>>;
  /** The class of a row, as the gateway answers it, and who gave it. */
  ask(row: readonly number[]): Promise<{ readonly verdict: string; readonly by: string }>;
  /** What somebody does by hand in the worst hour: all requests to the other server. */
  giveAllTo(server: keyof Servers): Promise<void>;
  /** Weights as the proxy has them stored. */
  weights(): Promise<Readonly<Record<keyof Servers, number | undefined>>>;
  /** Users, until it is stopped. @returns how many were asked and how many got no answer */
  users(row: () => readonly number[]): () => Promise<{ readonly asked: number; readonly failed: number }>;
  /** A canary of what is in production beside what stands in, with stages shortened. */
  canary(
    incident: string,
    golden: readonly { readonly row: readonly number[]; readonly verdict: number }[],
  ): CanaryWish;
  close(): Promise<void>;
}

export async function openGateway(name: string, servers: Servers): Promise<Gateway> {
  const ids = { production: `${name}-production`, standIn: `${name}-stand-in` };
  const each = ['production', 'standIn'] as const;
  const send = (method: string, path: string, body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const weigh = async (of: keyof Servers, weight: number) => {
    const answer = await send('PATCH', `/model/${ids[of]}/update`, { litellm_params: { weight } });
    if (!answer.ok) throw new Error(`weight of ${of}: ${answer.status} ${await answer.text()}`);
  };
  const ask = async (row: readonly number[]) => {
    const answer = await send('POST', '/v1/chat/completions', {
      model: name,
      messages: [{ role: 'user', content: JSON.stringify(row) }],
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
    return { verdict: choices[0]?.message.content ?? '', by: answer.headers.get('x-litellm-model-id') ?? '' };
  };

  for (const of of each) {
    const made = await send('POST', '/model/new', {
      model_name: name,
      litellm_params: {
        model: `openai/${ids[of]}`,
        api_base: `http://${servers[of]}/v1`,
        api_key: 'sk-of-the-servers',
        weight: of === 'production' ? 1 : 0,
      },
      model_info: { id: ids[of] },
    });
    if (!made.ok) throw new Error(`deployment ${of}: ${made.status} ${await made.text()}`);
  }
  const scraped = each.map((of) => ({ targets: [servers[of]], labels: { deployment: of } }));
  await writeFile(`${targets}/${name}.json`, JSON.stringify(scraped));

  const increase = (metric: string, of: keyof Servers) => `sum(increase(${metric}{deployment="${of}"}[$secondss]))`;
  const share = (metric: string) => ({
    from: 'prometheus' as const,
    baseline: increase(metric, 'standIn'),
    canary: increase(metric, 'production'),
    baselineTotal: increase('answers_total', 'standIn'),
    canaryTotal: increase('answers_total', 'production'),
    stepSeconds: 5,
  });
  return {
    source: `litellm:${url}`,
    keys: { LITELLM_API_KEY: key, FIREBREAK_CANARY_PROXY: key },
    ask,
    async giveAllTo(server) {
      for (const of of each) await weigh(of, of === server ? 100 : 0);
    },
    async weights() {
      const { data } = (await (await send('GET', '/v1/model/info')).json()) as {
        data: { model_info: { id: string }; litellm_params: { weight?: number } }[];
      };
      const of = (id: string) => data.find(({ model_info }) => model_info.id === id)?.litellm_params.weight;
      return { production: of(ids.production), standIn: of(ids.standIn) };
    },
    users(row) {
      const seen = { asked: 0, failed: 0 };
      let over = false;
      const loops = Array.from({ length: atOnce }, async () => {
        while (!over) {
          seen.asked += 1;
          await ask(row()).catch(() => {
            seen.failed += 1;
          });
        }
      });
      return async () => {
        over = true;
        await Promise.all(loops);
        return seen;
      };
    },
    canary: (incident, golden) => ({
      name: `${name}, restored`,
      incident,
      stages: [
        { percent: 30, looks: 1, minSamples: 20, lookSeconds: 6, maxSeconds: 180 },
        { percent: 60, looks: 1, minSamples: 20, lookSeconds: 6, maxSeconds: 180 },
        { percent: 100 },
      ],
      metrics: [
        {
          name: 'let through',
          kind: 'proportion',
          worse: 'either',
          critical: true,
          source: share('let_through_total'),
        },
        { name: 'no answer', kind: 'proportion', group: 'safety', source: share('failures_total') },
        {
          name: 'wrong answers',
          kind: 'pairs',
          group: 'safety',
          critical: true,
          source: { from: 'guard', measure: 'mismatches' },
        },
      ],
      traffic: {
        by: 'lever',
        action: 'litellm.shift-weights',
        params: { server: new URL(url).host, model: name, canary: [ids.production] },
      },
      probe: {
        address: `${url}/v1/chat/completions`,
        body: { model: name, messages: [{ role: 'user', content: 'who answers?' }] },
        keyFrom: 'FIREBREAK_CANARY_PROXY',
        tells: { in: 'header', name: 'x-litellm-model-id' },
        baseline: ids.standIn,
        canary: ids.production,
        requests: 40,
      },
      prometheus: { address: prometheus },
      guard: {
        baseline: { address: `http://${servers.standIn}/v1`, model: name },
        canary: { address: `http://${servers.production}/v1`, model: name },
        queries: golden.map(({ row, verdict }) => ({
          id: JSON.stringify(row),
          prompt: JSON.stringify(row),
          expect: { be: 'containing', text: `class ${verdict}` },
        })),
      },
    }),
    async close() {
      await rm(`${targets}/${name}.json`, { force: true });
      for (const of of each) await send('POST', '/model/delete', { id: ids[of] });
    },
  };
}
