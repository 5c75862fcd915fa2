/**
 * The files that steer agents (prompts, rules, skills, settings, MCP servers), as they are in the folder that is open:
 * `agents:Files/<name of the folder or repository>`. Structured files may hold credentials in clear: those that are not sealed are taken
 * without the values that a name says are secret.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SnapshotPiece, Snapshotter } from '@firebreak/contract';
import { parse } from 'yaml';
import { fileOf, filesOf } from '../../../intake/files-of.ts';
import { gap } from '../../../intake/gap.ts';
import { theseBytes } from '../../../intake/open-body.ts';
import { withoutSecrets } from '../../../intake/without-secrets.ts';
import type { AgentsSession } from '../session.ts';

const structured = /\.(json|jsonc|ya?ml)$/i;
const text = /\.(md|mdc|txt|prompt|toml)$|(^|\/)\.(cursor|windsurf|cline)rules$/i;
/** Settings files are small; what is larger is no configuration. */
const mostBytes = 4 * 1024 * 1024;

export default {
  id: 'agents.files',
  title: 'Agent configuration and prompts',
  kinds: ['Files'],
  permissions: ['read the files'],
  takes: ({ path }, { root, homes }) =>
    root !== undefined && (path === '' || homes.has(path) || path === basename(root)),
  async *take(_subject, { root, only }, signal, { sealed }) {
    if (root === undefined) return;
    if (only !== undefined) {
      yield* safe(root, only, sealed);
      return;
    }
    const wanted = (name: string) => structured.test(name) || text.test(name);
    for await (const piece of filesOf(root, signal, wanted))
      if ('name' in piece && structured.test(piece.name)) yield* safe(root, piece.name, sealed);
      else yield piece;
  },
} satisfies Snapshotter<AgentsSession>;

async function* safe(root: string, name: string, sealed: boolean): AsyncGenerator<SnapshotPiece> {
  const path = join(root, name);
  if (sealed || !structured.test(name)) {
    yield await fileOf(path, name);
    return;
  }
  const bytes = await readFile(path);
  try {
    if (bytes.length > mostBytes) throw new RangeError('too large');
    const value: unknown = parse(bytes.toString('utf8'), { maxAliasCount: 100, logLevel: 'error' });
    const shown = Buffer.from(JSON.stringify(withoutSecrets(value) ?? null));
    yield { name: `${name}.shown.json`, mediaType: 'application/json', size: shown.length, bytes: theseBytes(shown) };
  } catch {
    const reason =
      'It cannot be read as one document, so that secrets in it could not be taken out; seal what is taken.';
    yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], name, reason) };
  }
}
