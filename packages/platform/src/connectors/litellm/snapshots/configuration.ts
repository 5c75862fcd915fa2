/**
 * What a LiteLLM proxy is told to do: its file, or what a running one says of models, routing, guardrails, MCP servers and prompts.
 * `litellm:Proxy/<server>`. Values of secrets are taken only where what is taken is sealed.
 */
import type { SnapshotPiece, Snapshotter } from '@firebreak/contract';
import { readDocuments } from '../../../intake/documents/read-documents.ts';
import { fileOf } from '../../../intake/files-of.ts';
import { gapOfHttp } from '../../../intake/http.ts';
import { theseBytes } from '../../../intake/open-body.ts';
import { withoutSecrets } from '../../../intake/without-secrets.ts';
import type { LitellmSession } from '../session.ts';

const asked = {
  'models.json': '/v1/model/info',
  'routing.json': '/get/config/callbacks',
  'guardrails.json': '/guardrails/list',
  'mcp-servers.json': '/v1/mcp/server',
  'prompts.json': '/prompts/list',
} as const;

export default {
  id: 'litellm.configuration',
  title: 'Gateway configuration, prompts and guardrails',
  kinds: ['Proxy', 'Guardrail'],
  permissions: ['a key that may read the configuration'],
  takes: ({ path }, { server }) => path === server || path.startsWith(`${server}/`),
  async *take(_subject, session, signal, { sealed }) {
    if (session.kind === 'file') {
      if (sealed) yield await fileOf(session.file, 'config.yaml');
      for await (const read of readDocuments({ path: session.file, kinds: ['*'], maxDocuments: 10 }, signal))
        if ('gap' in read) yield { missing: read.gap };
        else
          yield jsonPiece(`config-${read.document.locator.split('#').at(-1) ?? '1'}.json`, read.document.value, sealed);
      return;
    }
    for (const [name, path] of Object.entries(asked)) {
      const answer = await session.ours.json({ path }, signal);
      if (answer.ok) yield jsonPiece(name, answer.value, sealed);
      // Older versions and proxies without a database have not all of it: what is not there is no gap.
      else if (answer.failure !== 'not-found')
        yield { missing: gapOfHttp(answer, ['*'], `${session.ours.address}${path}`) };
    }
  },
} satisfies Snapshotter<LitellmSession>;

function jsonPiece(name: string, value: unknown, sealed: boolean): SnapshotPiece {
  const bytes = Buffer.from(JSON.stringify(sealed ? value : withoutSecrets(value)));
  return {
    name: name.replaceAll('/', '_'),
    mediaType: 'application/json',
    size: bytes.length,
    bytes: theseBytes(bytes),
  };
}
