/** The same day through the server: people sign in, and everything goes over HTTP with live events. */
import {
  blastSchema,
  type Execution,
  eventSchema,
  evidenceReportSchema,
  executionSchema,
  incidentSchema,
  planCheckSchema,
  planSchema,
  principalSchema,
} from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { everything, realDifferences } from './testing/cluster.ts';
import { type Running, start } from './testing/firebreak.ts';
import type { Stage } from './testing/stage.ts';
import { openTheatre } from './testing/theatre.ts';

const theatre = await openTheatre();
const { cluster } = theatre;
let stage: Stage;
let running: Running;
let address = '';
let ada: Person;
let grace: Person;

/** Somebody with a session. */
interface Person {
  readonly cookie: string;
  ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: object): Promise<T>;
}

beforeAll(async () => {
  stage = await theatre.newStage({ widelyUsed: true });
  running = start('serve', ...stage.where, '--port', '0', '--kubeconfig', stage.kubeconfig);
  const [, link = ''] = await running.says(/(http:\/\/\S+\/sign-in#link=\S+)/);
  address = new URL(link).origin;
  ada = await signIn(link.split('#link=')[1] ?? '', 'Ada');
  const invited = await ada.ask(z.object({ link: z.string() }), 'POST', '/api/invitations', {
    name: 'Grace',
    role: 'approver',
  });
  grace = await signIn(invited.link.split('#link=').at(-1) ?? '');
});
afterAll(async () => {
  running.kill('SIGTERM');
  await running.ended;
  await theatre.close();
});

test('from opening the incident to contained and undone', async () => {
  const before = await everything(cluster.api, stage.world.namespace);
  const events = listen(ada);
  expect(await ada.ask(principalSchema, 'GET', '/api/me')).toMatchObject({ name: 'Ada', role: 'admin' });

  const incident = await ada.ask(incidentSchema, 'POST', '/api/incidents', {
    title: 'Runner is abused',
    compromised: [stage.world.compromised],
    protect: stage.world.protect,
  });
  const at = `/api/incidents/${incident.id}`;
  const blast = await ada.ask(blastSchema, 'GET', `${at}/blast`);
  expect(blast.reached.map(({ name }) => name)).toContain('vault');
  const plan = await ada.ask(planSchema, 'POST', `${at}/plan`);
  expect(plan.verdict).toBe('contained');
  expect((await ada.ask(planCheckSchema, 'POST', `${at}/plan/check`)).ok).toBe(true);
  const dry = await ada.ask(dryRunSchema, 'POST', `${at}/dry-run`);
  expect(dry.steps.map(({ problem }) => problem)).toEqual(plan.steps.map(() => null));
  expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);

  await ada.ask(executionSchema, 'POST', `${at}/approve`, { digest: plan.digest });
  await reached(ada, events, incident.id, ({ state }) => state === 'waiting-approval');
  await grace.ask(executionSchema, 'POST', `${at}/approve`, { digest: plan.digest });
  const contained = await reached(ada, events, incident.id, ({ state }) => state === 'contained');
  expect(contained.steps.map(({ state }) => state)).toEqual(plan.steps.map(() => 'done'));
  expect((await ada.ask(blastSchema, 'GET', `${at}/blast`)).reached.map(({ name }) => name)).not.toContain('vault');
  expect(await ada.ask(evidenceReportSchema, 'POST', `${at}/evidence/verify`)).toMatchObject({ ok: true });

  await grace.ask(executionSchema, 'POST', `${at}/undo`, {});
  await reached(ada, events, incident.id, ({ state }) => state === 'undone');
  expect(realDifferences(before, await everything(cluster.api, stage.world.namespace))).toEqual([]);
  expect(await ada.ask(incidentSchema, 'GET', at)).toMatchObject({ state: 'undone' });
  expect(events.seen.map(({ type }) => type)).toEqual(expect.arrayContaining(['incident', 'plan', 'execution']));
  await events.close();
});

test('it ends cleanly when it is told to', async () => {
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
});

const dryRunSchema = z.object({ steps: z.array(z.object({ problem: z.string().nullable() })) });

async function signIn(link: string, name?: string): Promise<Person> {
  const response = await fetch(`${address}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link, ...(name === undefined ? {} : { name }) }),
  });
  if (!response.ok) throw new Error(`sign-in: ${await response.text()}`);
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return {
    cookie,
    async ask(schema, method, path, body) {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return schema.parse(await answer.json());
    },
  };
}

interface Events {
  readonly seen: readonly z.infer<typeof eventSchema>[];
  /** Resolves at the next event that nobody waited for yet. */
  next(): Promise<void>;
  close(): Promise<void>;
}

/** Server-sent events as a browser reads them. */
function listen({ cookie }: Person): Events {
  const ended = new AbortController();
  const seen: z.infer<typeof eventSchema>[] = [];
  let heard = 0;
  let wake = Promise.withResolvers<void>();
  const reading = (async () => {
    const response = await fetch(`${address}/api/events`, { headers: { cookie }, signal: ended.signal });
    let text = '';
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const data = message.match(/^data: (.*)$/m)?.[1];
        if (data === undefined) continue;
        seen.push(eventSchema.parse(JSON.parse(data)));
        wake.resolve();
        wake = Promise.withResolvers();
      }
    }
  })().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return {
    seen,
    async next() {
      if (heard === seen.length) await wake.promise;
      heard = seen.length;
    },
    async close() {
      ended.abort();
      await reading;
    },
  };
}

/** Asks again after each event, and only then, until the execution is as wanted. */
async function reached(
  person: Person,
  events: Events,
  incident: string,
  wanted: (execution: Execution) => boolean,
): Promise<Execution> {
  for (;;) {
    const execution = await person.ask(executionSchema.nullable(), 'GET', `/api/incidents/${incident}/execution`);
    if (execution !== null && wanted(execution)) return execution;
    await events.next();
  }
}
