import { afterEach, expect, test } from 'vitest';
import { webhookSecrets } from './webhook-secrets.ts';

afterEach(() => {
  delete process.env.FIREBREAK_TEST_WEBHOOK;
});

test('by name, from where it says', async () => {
  process.env.FIREBREAK_TEST_WEBHOOK = 'hunter2';
  expect(await webhookSecrets(['github=env:FIREBREAK_TEST_WEBHOOK'])).toEqual(new Map([['github', 'hunter2']]));
});

test.each(['github', 'github=hunter2', '=env:X', 'a/b=env:X', 'github=env:lower', 'github=file:relative'])(
  '%s is no way to write it',
  async (written) => {
    await expect(webhookSecrets([written])).rejects.toMatchObject({ code: 'FB-USAGE' });
  },
);

test('without a secret at the place the server does not start', async () => {
  await expect(webhookSecrets(['github=env:FIREBREAK_TEST_WEBHOOK'])).rejects.toMatchObject({
    code: 'FB-SOURCE-UNREADABLE',
  });
});
