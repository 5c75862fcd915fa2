/** Task scopes of a folder, read from disk. What is wrong with one does not keep the others from being used. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { printable } from '../../../intake/foreign.ts';
import { codeOf } from '../../../intake/walk.ts';
import { readTaskScope, type ScopeProblem } from './read-scope.ts';
import type { TaskScope } from './task-scope.ts';

export interface ScopeFolder {
  readonly scopes: readonly TaskScope[];
  readonly problems: readonly ScopeProblem[];
}

const most = { files: 2000, bytes: 512 * 1024 };

/** Those that come along. */
export const shippedScopes = new URL('../../../../../../content/task-scopes/', import.meta.url).pathname;

/**
 * Those that come along, and those of the folder that FIREBREAK_TASK_SCOPES names. A folder that cannot be read is a problem like any
 * other: this is asked when the program starts, whatever it was started for.
 */
export function knownScopes(own = process.env.FIREBREAK_TASK_SCOPES): ScopeFolder {
  const scopes: TaskScope[] = [];
  const problems: ScopeProblem[] = [];
  for (const folder of [shippedScopes, ...(own === undefined || own === '' ? [] : [own])])
    try {
      const read = readScopeFolder(folder);
      scopes.push(...read.scopes);
      problems.push(...read.problems);
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error;
      problems.push({ file: printable(folder), line: 1, reason: error.message });
    }
  return { scopes, problems };
}

/** Files `*.yaml` and `*.yml` of the folder itself, by name. @throws FirebreakError FB-SOURCE-UNREADABLE for no folder */
export function readScopeFolder(folder: string): ScopeFolder {
  const scopes: TaskScope[] = [];
  const problems: ScopeProblem[] = [];
  for (const name of filesOf(folder)) {
    const file = printable(name);
    const text = textOf(join(folder, name));
    const read =
      typeof text === 'string' ? readTaskScope(file, text) : { problem: { file, line: 1, reason: text.reason } };
    if ('problem' in read) problems.push(read.problem);
    else if (scopes.some((other) => other.name === read.scope.name))
      problems.push({ file, line: 1, reason: `There is another scope "${printable(read.scope.name, 60)}".` });
    else scopes.push(read.scope);
  }
  return { scopes, problems };
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort()
      .slice(0, most.files);
  } catch (error) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(folder)} cannot be opened (${codeOf(error)}).`);
  }
}

function textOf(path: string): string | { readonly reason: string } {
  try {
    if (statSync(path).size > most.bytes) return { reason: `It is longer than ${most.bytes} bytes.` };
    return readFileSync(path, 'utf8');
  } catch (error) {
    return { reason: `It cannot be read (${codeOf(error)}).` };
  }
}
