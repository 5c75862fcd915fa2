/** A playbook run from afar: the demo's twin behind real HTTP, handlers and database. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Execution, PlaybookRun } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportOn } from '../playbooks/report.ts';
import { type ServedDemo, serveDemo } from './testing/served-demo.ts';

let served: ServedDemo;
beforeAll(async () => {
  served = await serveDemo();
});
afterAll(() => served.close());

const asked = ['agent-lateral-movement', '--compromised', 'kubernetes:ServiceAccount/agents/support-agent'];

test('shown, confirmed, approved, contained, exported, told', async () => {
  const plan = join(served.folder, 'from-playbook.json');
  const shown = await served.as('Ada', 'playbook', 'run', ...asked, '--write-plan', plan);
  expect(shown.err).toBe('');
  const run = JSON.parse(shown.out) as PlaybookRun & { dryRun: { changes: unknown[]; problem: string | null }[] };
  expect(run.dryRun.length).toBe(run.plan.steps.length);
  expect(run.dryRun.some(({ changes }) => changes.length > 0)).toBe(true);

  const unconfirmed = await served.as('Ada', 'playbook', 'run', ...asked, '--approve');
  expect(JSON.parse(unconfirmed.err)).toMatchObject({ error: { code: 'FB-PLAYBOOK-UNCONFIRMED' } });
  const ended = await served.as('Ada', 'playbook', 'run', ...asked, '--approve', '--confirm', 'all');
  expect(ended.err).toBe('');
  const { incident, state } = (JSON.parse(ended.out) as { execution: Execution }).execution;
  expect(state).toBe('contained');

  const file = join(served.folder, 'exported.json');
  expect((await served.as('Vera', 'playbook', 'export', incident, '-o', file)).exit).toBe(0);
  const report = reportOn(await readFile(file, 'utf8'), new Date());
  expect(report.problems).toEqual([]);
  const events = await served.as('Vera', 'status', incident, '--ocsf');
  expect(events.out).toContain('"activity_name":"Contain","category_uid":7');
  expect((await evidenceOf(incident)).includes('"kind":"playbook.used"')).toBe(true);
});

/** The evidence file, as anybody can get it. */
async function evidenceOf(incident: string): Promise<Buffer> {
  const file = join(served.folder, 'evidence.tar');
  await served.as('Vera', 'evidence', 'export', incident, '-o', file);
  return readFile(file);
}
