/** A folder of detection rules, its examples, and the descriptions of log sources that come along, read from disk. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import type { RuleText } from '../detection/sigma/language/read-rules.ts';
import type { RuleProblem } from '../detection/sigma/language/rule.ts';
import { type EventSource, readEventSources } from '../detection/sigma/sources/log-source.ts';
import { printable } from '../intake/foreign.ts';
import { codeOf, walk } from '../intake/walk.ts';

export interface RuleFolder {
  readonly rules: readonly RuleText[];
  /** `<rule>.test.yaml`. */
  readonly examples: readonly RuleText[];
  readonly problems: readonly RuleProblem[];
}

const maxBytes = 4 * 1024 * 1024;
const limits = { maxDepth: 20, maxFiles: 50_000, wanted: (path: string) => /\.ya?ml$/i.test(path) };
const shippedSources = new URL('../../../../content/log-sources/', import.meta.url).pathname;

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such folder or file. */
export async function readRuleFolder(path: string, signal: AbortSignal): Promise<RuleFolder> {
  const rules: RuleText[] = [];
  const examples: RuleText[] = [];
  const problems: RuleProblem[] = [];
  for await (const found of filesOf(path, signal)) {
    if ('problem' in found) {
      problems.push(found.problem);
      continue;
    }
    const read = await textOf(found.file, found.name);
    if ('code' in read) problems.push(read);
    else (/\.test\.ya?ml$/i.test(found.name) ? examples : rules).push(read);
  }
  return { rules, examples, problems };
}

/** @param more a folder of one's own. @throws FirebreakError FB-SIGMA-SOURCE for one that cannot be used. */
export async function readLogSources(more: string | undefined, signal: AbortSignal): Promise<readonly EventSource[]> {
  const sources = new Map<string, EventSource>();
  for (const folder of [shippedSources, ...(more === undefined ? [] : [more])])
    for (const { file, text } of (await readRuleFolder(folder, signal)).rules) {
      const read = readEventSources(file, text);
      const [problem] = read.problems;
      if (problem !== undefined)
        throw new FirebreakError(
          'FB-SIGMA-SOURCE',
          `${printable(file)} line ${problem.line}: ${printable(problem.reason)}`,
        );
      for (const source of read.sources) sources.set(source.id, source);
    }
  return [...sources.values()];
}

type File = { readonly file: string; readonly name: string } | { readonly problem: RuleProblem };

async function* filesOf(path: string, signal: AbortSignal): AsyncGenerator<File> {
  const found = await stat(path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be opened (${codeOf(error)}).`);
  });
  if (!found.isDirectory()) {
    yield { file: path, name: basename(path) };
    // The examples of a rule lie beside it.
    const beside = path.replace(/\.ya?ml$/i, '');
    for (const name of await readdir(join(path, '..')))
      if (/\.test\.ya?ml$/i.test(name) && name.startsWith(`${basename(beside)}.`))
        yield { file: join(path, '..', name), name };
    return;
  }
  for await (const entry of walk(path, limits, signal))
    if ('gap' in entry) {
      const { code, where, reason } = entry.gap;
      yield { problem: { code: code as RuleProblem['code'], file: where, line: 1, reason } };
    } else yield entry;
}

async function textOf(path: string, name: string): Promise<RuleText | RuleProblem> {
  const file = printable(name);
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size > maxBytes)
        return { code: 'FB-FILE-TOO-LARGE', file, line: 1, reason: `It is longer than ${maxBytes} bytes.` };
    } finally {
      await handle.close();
    }
    return { file, text: await readFile(path, 'utf8') };
  } catch (error) {
    return { code: 'FB-SOURCE-UNREADABLE', file, line: 1, reason: `It cannot be read (${codeOf(error)}).` };
  }
}
