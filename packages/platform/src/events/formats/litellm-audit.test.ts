import { expect, test } from 'vitest';
import { normalise } from '../normalise.ts';
import { eventFormats } from './index.ts';

const key = 'a'.repeat(64);
const raw = {
  id: '5f0c7c1e-0000-4000-8000-000000000001',
  updated_at: '2026-11-20T10:00:00.000000+00:00',
  changed_by: 'ann',
  changed_by_api_key: key,
  action: 'unblocked',
  table_name: 'LiteLLM_VerificationToken',
  object_id: 'b'.repeat(64),
  before_value: '{"blocked": true}',
  updated_values: null,
};
const read = (more: object) => [
  ...normalise({ ...raw, ...more }, { locator: 'log', received: '2026-11-21T00:00:00.000Z' }),
];

test('who changed which key', () => {
  expect(eventFormats.filter(({ is }) => is(raw)).map(({ id }) => id)).toEqual(['litellm-audit']);
  expect(read({})).toMatchObject([
    {
      event: {
        id: `litellm-audit/${raw.id}`,
        time: '2026-11-20T10:00:00.000Z',
        actor: { name: 'ann', id: 'litellm:User/ann', credential: `litellm:Key/${key}` },
        operation: 'unblocked VerificationToken',
        activity: 'change',
        targets: [`litellm:Key/${'b'.repeat(64)}`],
      },
    },
  ]);
});
test('a table that is no node has no target, and the master key is no key of the estate', () => {
  expect(
    read({
      table_name: 'LiteLLM_Config',
      action: 'deleted',
      changed_by: '',
      changed_by_api_key: 'litellm_proxy_master_key',
    }),
  ).toMatchObject([{ event: { actor: { name: 'nobody named' }, activity: 'delete', targets: [] } }]);
});
