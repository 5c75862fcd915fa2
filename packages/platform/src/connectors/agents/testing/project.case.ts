/** A folder of agent configuration, written, read by the real connector and taken away again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AnyFact, Gap } from '@firebreak/contract';
import { readAgentFiles } from '../files.ts';

/** Path → text, or a value to be written as JSON. */
export type Project = Readonly<Record<string, string | object>>;

/** The files lie in a checkout of `github.com/acme/bot` unless they bring a `.git/config` of their own. */
export async function readProject(
  files: Project,
): Promise<{ readonly facts: readonly AnyFact[]; readonly gaps: readonly Gap[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-project-'));
  const all: Project = { '.git/config': '[remote "origin"]\n\turl = git@github.com:acme/bot.git\n', ...files };
  try {
    for (const [path, content] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return await readAgentFiles(folder, new AbortController().signal);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
