/** A checkout → one pipeline: the root file with what it includes from the same repository, in GitLab's order of merging. */
import { basename, resolve } from 'node:path';
import type { Collected } from '@firebreak/contract';
import { folderFiles } from '../../intake/folder-files.ts';
import { gap } from '../../intake/gap.ts';
import { gitFolder, repositoryOfFolder } from '../../intake/git-folder.ts';
import { entriesIn, itemsIn, partAt, textAtPart } from '../../intake/marked-parts.ts';
import { type Marked, type MarkedMap, readMarkedYaml } from '../../intake/marked-yaml.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import { pipelineOf } from './pipeline.ts';

const factOf = factMaker('gitlab-ci');
const root = '.gitlab-ci.yml';
/** GitLab includes 150 files at the most. */
const maxFiles = 150;
const kinds = ['ci.pipeline'];

export async function* collectFolder(folder: string, signal: AbortSignal): AsyncGenerator<Collected> {
  const git = await gitFolder(folder);
  const name = basename(resolve(folder));
  const repository = repositoryOfFolder(git, name);
  if (git?.repository === undefined)
    yield { gap: gap('FB-GIT-REMOTE-UNKNOWN', ['git.checkout'], name, 'It names no remote on a host.') };
  yield factOf(
    'git.checkout',
    `git:Checkout/${repository.host}/${repository.path}`,
    { repository, spelled: git?.spelled, defaultBranch: git?.defaultBranch },
    name,
  );
  yield { gap: gap('FB-ACCESS-UNTOLD', ['git.checkout'], name, 'A checkout does not tell who may write to it.') };
  const files = await folderFiles(folder, name, kinds);
  const parts: MarkedMap[] = [];
  const seen = new Set<string>();
  const waiting = [root];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    signal.throwIfAborted();
    if (seen.has(path)) continue;
    if (seen.size >= maxFiles) {
      yield { gap: gap('FB-LIMIT-REACHED', kinds, name, `It includes more than ${maxFiles} files.`) };
      break;
    }
    seen.add(path);
    const source = await files.read(path);
    if (source === undefined) {
      const reason = path === root ? 'There is no .gitlab-ci.yml.' : 'An included file is not there.';
      yield { gap: gap('FB-SOURCE-EMPTY', kinds, files.locator(path), reason) };
      continue;
    }
    if (typeof source !== 'string') {
      yield source;
      continue;
    }
    const document = readMarkedYaml(source);
    if (!document.ok || document.root?.kind !== 'map') {
      const [code, line, reason] = document.ok
        ? (['FB-CI-FILE-INVALID', 1, 'It is no mapping.'] as const)
        : ([document.code, document.line, document.reason] as const);
      yield { gap: gap(code, kinds, `${files.locator(path)} line ${line}`, reason) };
      continue;
    }
    parts.push(document.root);
    for (const include of itemsIn(partAt(document.root, 'include'))) {
      const local = localOf(include);
      if (local !== undefined) waiting.push(local);
      else
        yield {
          gap: gap('FB-CI-INCLUDE-UNREAD', kinds, `${files.locator(path)} line ${include.line}`, elsewhere(include)),
        };
    }
  }
  if (parts.length === 0) return;
  // What includes counts before what is included: GitLab merges the including file over the others.
  const pipeline = pipelineOf(merged(parts), repository, root);
  yield factOf(
    'ci.pipeline',
    `ci:Pipeline/${repository.host}/${repository.path}/${root}`,
    pipeline,
    files.locator(root),
  );
}

/** `include: path`, `include: {local: path}`; patterns and variables in it are not resolved. */
function localOf(include: Marked): string | undefined {
  const written = include.kind === 'scalar' ? include.text : textAtPart(include, 'local');
  if (written === undefined || /^https?:|[*$]/.test(written) || written.split('/').includes('..')) return undefined;
  return written.replace(/^\/+/, '');
}

function elsewhere(include: Marked): string {
  const kind = include.kind === 'map' ? ([...entriesIn(include).keys()][0] ?? 'nothing') : 'a URL or a pattern';
  return `It includes by ${kind}, which is not in this folder.`;
}

function merged(parts: readonly MarkedMap[]): MarkedMap {
  const entries = new Map<string, MarkedMap['entries'][number]>();
  for (const part of parts)
    for (const entry of part.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  return { kind: 'map', line: 1, column: 1, entries: [...entries.values()] };
}
