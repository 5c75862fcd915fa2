/** `hunt` over files, without a server. */
import { huntSchema } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { bareWorld, run, testTerminal } from './testing/run.ts';

const audit = (auditID: string, name: string, code: number) =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID,
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'system:serviceaccount:serving:server' },
    objectRef: { resource: 'secrets', namespace: 'serving', name },
    responseStatus: { code },
    requestReceivedTimestamp: `2026-11-20T10:00:0${auditID}.000000Z`,
  });
const log = [audit('1', 'a', 200), audit('2', 'b\u001b[2J', 403), audit('3', 'c', 200)].join('\n');
const hunt = (query: string, input: string, ...more: string[]) =>
  run(bareWorld({}), ['hunt', query, '--events', '-', ...more], testTerminal(input));

test('events of a file that fit, and what is most often found', async () => {
  const refused = await hunt('outcome = refused', log, '--json');
  const answer = huntSchema.parse(JSON.parse(refused.out));
  expect(answer).toMatchObject({ found: 1, looked: 3, next: null, completeness: { answer: 'complete' } });
  expect(answer.events[0]?.event.id).toBe('kubernetes-audit/2');
  const text = await hunt('actor = kubernetes:ServiceAccount/serving/server', log, '--since', '2026-11-20T10:00:02Z');
  expect(text.out).toContain('2 events fit');
  expect(text.out).not.toContain('\u001b');
  expect([refused.exit, text.exit]).toEqual([0, 0]);
});

test('what cannot be read is said, and so is a question that cannot', async () => {
  const broken = await hunt('everything', `${log}\n{"some": "thing"}\n`, '--json');
  expect(JSON.parse(broken.out)).toMatchObject({ found: 3, completeness: { answer: 'limited' } });
  expect(broken.exit).toBe(3);
  expect((await hunt('actr = x', log)).err).toContain('position 1');
  expect((await hunt('everything', log, '--since', 'soon')).exit).toBe(2);
});
