/** Approving from the command line and by link, against a real server over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedDemo, serveDemo } from './testing/served-demo.ts';

let served: ServedDemo;
let id: string;
beforeAll(async () => {
  served = await serveDemo();
  await served.as('Ruth', 'contain', served.planFile, '--approve');
  const [incident] = JSON.parse((await served.as('Vera', 'status')).out).incidents;
  id = incident.id;
});
afterAll(() => served.close());

const errorOf = ({ err }: { err: string }) => JSON.parse(err).error as { code: string; why: string };

/** A request as a page makes it, without any sign-in. */
async function post(path: string, body: unknown) {
  const response = await fetch(new URL(path, served.address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> & { code?: string } };
}
const secretOf = (out: string) => new URL(JSON.parse(out).link).hash.replace('#link=', '');

test('what waits is shown before it is approved, and approved by its digest alone', async () => {
  const shown = await served.as('Ada', 'approve', id);
  expect(JSON.parse(shown.out).digest).toBe(served.plan.digest);
  const wrong = await served.as('Ada', 'approve', id, '--digest', 'f'.repeat(64));
  expect({ exit: wrong.exit, code: errorOf(wrong).code }).toEqual({ exit: 1, code: 'FB-APPROVAL-DIGEST' });
  const viewer = await served.as('Vera', 'approve', id, '--digest', served.plan.digest);
  expect(errorOf(viewer).code).toBe('FB-AUTH-FORBIDDEN');
});

test('a link is for one’s own name, unless an admin makes it', async () => {
  expect(errorOf(await served.as('Ada', 'approve-link', id, '--for', 'Grace')).code).toBe('FB-AUTH-FORBIDDEN');
  expect(errorOf(await served.as('Eve', 'approve-link', id, '--for', 'Nobody')).code).toBe('FB-NOT-FOUND');
  expect(errorOf(await served.as('Eve', 'approve-link', id, '--for', 'Grace', '--step', 's99')).code).toBe('FB-USAGE');
  expect(errorOf(await served.as('Ada', 'approve-link', id, '--ttl', 'soon')).code).toBe('FB-USAGE');
});

test('break-glass starts what the policy does not let, and waits to be signed off by somebody else', async () => {
  const evidence = served.plan.steps.find(({ stage }) => stage !== 'evidence')?.id ?? '';
  const digest = ['--digest', served.plan.digest, '--step', evidence];
  expect(errorOf(await served.as('Ruth', 'approve', id, ...digest)).code).toBe('FB-APPROVAL-REFUSED');
  const short = await served.as('Ruth', 'approve', id, ...digest, '--break-glass', 'because');
  expect(errorOf(short).code).toBe('FB-USAGE');
  const why = 'Nobody with the role answers, and weights leave.';
  const broken = await served.as('Ruth', 'approve', id, ...digest, '--break-glass', why);
  expect(JSON.parse(broken.out).state).toBe('waiting-approval');

  const listed = await served.as('Vera', 'break-glass', 'show');
  expect(listed.exit).toBe(1);
  const [glass] = JSON.parse(listed.out).breakGlasses;
  expect(glass).toMatchObject({ by: 'Ruth', reason: why, review: null });
  const sign = ['break-glass', 'review', glass.id, 'justified', '--note', 'It was so.'];
  expect(errorOf(await served.as('Ruth', ...sign)).code).toBe('FB-AUTH-FORBIDDEN');
  expect(JSON.parse((await served.as('Grace', ...sign)).out).review.by).toBe('Grace');
  expect(errorOf(await served.as('Ada', ...sign)).code).toBe('FB-REVIEW-DECIDED');
  expect((await served.as('Vera', 'break-glass', 'show')).exit).toBe(0);
});

test('the second person approves by a link: looking approves nothing, using it does, once', async () => {
  const first = await served.as('Ada', 'approve', id, '--digest', served.plan.digest);
  expect(JSON.parse(first.out).state).toBe('waiting-approval');
  const made = await served.as('Eve', 'approve-link', id, '--for', 'grace', '--ttl', '2h');
  const link = secretOf(made.out);
  expect(made.out).not.toContain('?');

  // What a preview does: it fetches the address, which ends before the fragment.
  await fetch(new URL('/approve', served.address));
  const looked = await post('/api/approval-links/show', { link });
  expect(looked.body).toMatchObject({ person: 'Grace', madeBy: 'Eve', digest: served.plan.digest });
  expect(JSON.parse((await served.as('Vera', 'status', id)).out).execution.state).toBe('waiting-approval');

  const used = await post('/api/approval-links/use', { link });
  expect(used).toMatchObject({ status: 200, body: { incident: id } });
  const again = await post('/api/approval-links/use', { link });
  expect({ status: again.status, code: again.body.code }).toEqual({ status: 410, code: 'FB-APPROVAL-LINK-USED' });
  expect((await post('/api/approval-links/show', { link: 'guessed' })).body.code).toBe('FB-APPROVAL-LINK-USED');

  const state = async () => JSON.parse((await served.as('Vera', 'status', id)).out).execution;
  await expect.poll(async () => (await state()).state, { timeout: 60_000 }).toBe('contained');
  const drastic = (await state()).steps.find((step: { approvals: unknown[] }) => step.approvals.length > 1);
  expect(drastic.approvals).toMatchObject([{ by: 'Ada' }, { by: 'Grace', vouched: 'Eve' }]);
});
