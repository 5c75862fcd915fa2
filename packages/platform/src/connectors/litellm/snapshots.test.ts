import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import snapshot from './snapshots/configuration.ts';

test('a configuration file: as it is when it is sealed, else without the values of secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-litellm-'));
  try {
    const file = join(folder, 'config.yaml');
    await writeFile(
      file,
      `model_list:
- model_name: gpt
  litellm_params: { model: openai/gpt, api_key: sk-hunter2, max_tokens: 100 }
- model_name: other
  litellm_params: { model: openai/x, api_key: os.environ/OPENAI_API_KEY }
general_settings: { master_key: hunter2, database_url: "postgresql://u:hunter2@db/x" }
guardrails: [{ guardrail_name: pii, litellm_params: { mode: pre_call } }]
`,
    );
    const session = { kind: 'file', file, server: 'gateway.example' } as const;
    const plain = await takenBy(snapshot, 'litellm:Proxy/gateway.example', session);
    const [text = ''] = [...plain.bytes.values()].map(String);
    expect(plain.bytes.size).toBe(1);
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({
      model_list: [
        { litellm_params: { max_tokens: 100 } },
        { litellm_params: { api_key: 'os.environ/OPENAI_API_KEY' } },
      ],
      guardrails: [{ guardrail_name: 'pii' }],
    });
    const sealed = await takenBy(snapshot, 'litellm:Proxy/gateway.example', session, true);
    expect(sealed.bytes.get('config.yaml')?.toString()).toContain('sk-hunter2');
  } finally {
    await rm(folder, { recursive: true });
  }
});
