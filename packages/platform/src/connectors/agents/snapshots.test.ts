import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import { openSession } from './session.ts';
import snapshot from './snapshots/files.ts';

test('prompts and settings as they are; credentials in settings only where what is taken is sealed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-agents-'));
  try {
    await mkdir(join(folder, '.claude', 'agents'), { recursive: true });
    await writeFile(join(folder, 'CLAUDE.md'), 'Be careful.');
    await writeFile(join(folder, '.claude', 'agents', 'a.md'), '---\ntools: Bash\n---\n');
    await writeFile(join(folder, '.mcp.json'), '{"mcpServers":{"x":{"command":"y","env":{"API_TOKEN":"hunter2"}}}}');
    await writeFile(join(folder, 'broken.json'), '{"a": [');
    await writeFile(join(folder, 'main.py'), 'print()');
    const session = await openSession({ from: folder, timeoutMs: 1000 });
    const subject = `agents:Files/${basename(folder)}`;
    const plain = await takenBy(snapshot, subject, session);
    expect([...plain.bytes.keys()].sort()).toEqual(['.claude/agents/a.md', '.mcp.json.shown.json', 'CLAUDE.md']);
    expect(plain.bytes.get('CLAUDE.md')?.toString()).toBe('Be careful.');
    for (const bytes of plain.bytes.values()) expect(bytes.toString()).not.toContain('hunter2');
    expect(plain.missing.map(({ where }) => where)).toEqual(['broken.json']);
    const sealed = await takenBy(snapshot, subject, session, true);
    expect(sealed.bytes.get('.mcp.json')?.toString()).toContain('hunter2');
    expect(sealed.missing).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
