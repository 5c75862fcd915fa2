/**
 * A real LiteLLM proxy with its own database and its own logging callbacks, into a real server: by `generic_api` a call by a virtual key
 * becomes an event with the key's hash, by which the proxy and the estate know it; by `otel` its spans come as well.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { promptTextOf } from '../../packages/platform/src/events/prompt-text.ts';
import { type Served, served } from './served.ts';

const run = promisify(execFile);
const peer = new URL('../../peers/litellm-database/', import.meta.url).pathname;
/** Models that answer by themselves. */
const config = `
model_list:
  - model_name: assistant
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "forty-two"}
  - model_name: broken
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "litellm.RateLimitError"}
litellm_settings:
  callbacks: ["generic_api", "otel"]
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  store_model_in_db: true
`;

let server: Served;
let folder: string;
let url: string;
let master: string;
beforeAll(async () => {
  server = await served();
  folder = await mkdtemp(join(tmpdir(), 'firebreak-litellm-log-'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'config.yaml'), config);
  const { stdout } = await run(join(peer, 'start'), [folder], {
    timeout: 280_000,
    env: {
      ...process.env,
      GENERIC_LOGGER_ENDPOINT: `${server.address}/api/log`,
      GENERIC_LOGGER_HEADERS: `Authorization=Bearer ${server.token}`,
      OTEL_EXPORTER: 'otlp_http',
      OTEL_ENDPOINT: `${server.address}/v1/traces`,
      OTEL_HEADERS: `Authorization=Bearer ${server.token}`,
    },
  });
  const said = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  url = said('FIREBREAK_LITELLM_DATABASE_PROXY_URL');
  master = said('FIREBREAK_LITELLM_DATABASE_PROXY_KEY');
});
afterAll(async () => {
  await run(join(peer, 'stop'), [folder]);
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask(path: string, key: string, body: object) {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test('a call by a virtual key, and one that failed', async () => {
  const made = await ask('/key/generate', master, { key_alias: 'assistant-prod', user_id: 'ann', models: [] });
  const key = String(made.body.key);
  const hash = createHash('sha256').update(key).digest('hex');
  const messages = [{ role: 'user', content: 'What is six times seven?' }];
  expect((await ask('/v1/chat/completions', key, { model: 'assistant', messages })).status).toBe(200);
  expect((await ask('/v1/chat/completions', key, { model: 'broken', messages })).status).toBe(429);
  const kept = await server.kept(2, ({ event }) => event.source.format === 'litellm');
  const called = kept.find(({ event }) => event.outcome === 'done');
  expect(called?.event).toMatchObject({
    actor: { name: 'assistant-prod', id: 'litellm:User/ann', credential: `litellm:Key/${hash}` },
    operation: 'acompletion assistant',
    activity: 'execute',
    targets: ['litellm:Model/assistant'],
    timeIs: 'told',
  });
  expect(JSON.stringify(called?.raw)).not.toContain(key);
  expect(promptTextOf(called?.raw)).toMatchObject([
    { role: 'user', text: 'What is six times seven?' },
    { role: 'assistant', text: 'forty-two' },
  ]);
  expect(kept.find(({ event }) => event.outcome !== 'done')?.event).toMatchObject({
    actor: { credential: `litellm:Key/${hash}` },
    outcome: 'refused',
  });
});

test('the same by its spans', async () => {
  const kept = await server.kept(1, ({ event }) => event.source.format === 'otlp-spans' && event.outcome === 'done');
  const [byLog] = await server.kept(1, ({ event }) => event.source.format === 'litellm');
  const called = kept.find(({ raw }) => promptTextOf(raw).length > 0);
  expect(called?.event).toMatchObject({
    actor: { name: 'assistant-prod', credential: byLog?.event.actor.credential },
    activity: 'execute',
    timeIs: 'told',
    operation: expect.stringContaining('gpt-4o'),
  });
  expect(promptTextOf(called?.raw).map(({ text }) => text)).toEqual(
    expect.arrayContaining(['What is six times seven?', 'forty-two']),
  );
});
