import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bareWorld, run } from './testing/run.ts';

const scope = 'scope: desk\nagents: [desk]\nallow:\n  - tools: ["read_*"]\n';
const call = (agent: string, tool: string) =>
  JSON.stringify({
    resource: [],
    span: {
      traceId: 't',
      spanId: `${agent} ${tool}`,
      startTimeUnixNano: '1793606400000000000',
      attributes: Object.entries({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.agent.name': agent,
        'gen_ai.tool.name': tool,
      }).map(([key, value]) => ({ key, value: { stringValue: value } })),
    },
  });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-tasks-'));
  for (const name of ['good', 'broken', 'events']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'good/desk.yaml'), scope);
  await writeFile(join(folder, 'broken/desk.yaml'), scope);
  await writeFile(join(folder, 'broken/other.yaml'), 'scope: other\nagents: [x]\nallow:\n  - tool: [a]\n');
  await writeFile(join(folder, 'broken/twice.yaml'), scope);
  await writeFile(
    join(folder, 'events/calls.jsonl'),
    [call('desk', 'read_mail'), call('desk', 'send_mail'), call('nobody', 'read_mail')].join('\n'),
  );
});
afterAll(() => rm(folder, { recursive: true }));
const tasks = (...argv: string[]) => run(bareWorld({}), ['tasks', 'check', ...argv]);

test('says how many scopes there are, and exits 1 when one is refused, with its line', async () => {
  expect(await tasks(join(folder, 'good'))).toMatchObject({
    exit: 0,
    out: expect.stringContaining('1 scopes loaded; 0 refused'),
  });
  const broken = await tasks(join(folder, 'broken'), '--json');
  expect(broken.exit).toBe(1);
  expect(JSON.parse(broken.out)).toMatchObject({
    scopes: [{ name: 'desk', allow: 1, deny: 0 }],
    problems: [
      { file: 'other.yaml', line: 4 },
      { file: 'twice.yaml', reason: 'There is another scope "desk".' },
    ],
  });
  expect((await tasks(join(folder, 'none'))).exit).not.toBe(0);
});

test('tries them on recorded events: inside, outside, and no scope', async () => {
  const tried = await tasks(join(folder, 'good'), '--events', join(folder, 'events'), '--json');
  expect(tried.exit).toBe(1);
  expect(JSON.parse(tried.out).agents).toEqual([
    { agent: 'desk', task: '', inside: 1, outside: 1, noScope: 0, why: ['desk.yaml: no permission names "send_mail"'] },
    { agent: 'nobody', task: '', inside: 0, outside: 0, noScope: 1, why: [] },
  ]);
  expect((await tasks(join(folder, 'good'), '--events', join(folder, 'events'))).out).toMatch(/desk +│ +│ 1 +│ 1 +│ 0/);
});
