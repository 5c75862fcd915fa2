/** Each file that a pipeline system looks for, read by what that system makes of it. */
import { basename, resolve } from 'node:path';
import type { Collected } from '@firebreak/contract';
import { type FolderFiles, folderFiles } from '../../intake/folder-files.ts';
import { gap } from '../../intake/gap.ts';
import { gitFolder, repositoryOfFolder } from '../../intake/git-folder.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import { readAzure } from './azure-pipelines.ts';
import { readCircle } from './circleci.ts';
import type { Read } from './format.ts';
import { readJenkins } from './jenkins.ts';
import { readTekton } from './tekton.ts';

const factOf = factMaker('ci');
const kinds = ['ci.pipeline'];

/** Where the systems look: a folder, and which of its files. */
const places: readonly { readonly folder: string; readonly file: RegExp; readonly read: (source: string) => Read }[] = [
  { folder: '', file: /^Jenkinsfile(?:[._-][\w.-]*)?$|\.jenkinsfile$/i, read: readJenkins },
  { folder: '.circleci', file: /^config\.ya?ml$/, read: readCircle },
  { folder: '', file: /^\.?azure-pipelines[\w.-]*\.ya?ml$/i, read: readAzure },
  { folder: '.azure-pipelines', file: /\.ya?ml$/i, read: readAzure },
  { folder: 'azure-pipelines', file: /\.ya?ml$/i, read: readAzure },
  { folder: '.tekton', file: /\.ya?ml$/, read: readTekton },
  { folder: 'tekton', file: /\.ya?ml$/, read: readTekton },
];
const maxFiles = 1000;

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
  let read = 0;
  for (const place of places) {
    const names = await files.list(place.folder);
    if ('gap' in names) {
      yield names;
      continue;
    }
    for (const file of names.filter((each) => place.file.test(each)).sort()) {
      signal.throwIfAborted();
      read += 1;
      if (read > maxFiles) {
        yield { gap: gap('FB-LIMIT-REACHED', kinds, name, `It has more than ${maxFiles} pipeline files.`) };
        return;
      }
      const path = place.folder === '' ? file : `${place.folder}/${file}`;
      for await (const collected of one(files, path, place.read)) {
        if ('gap' in collected) yield collected;
        else
          yield factOf(
            'ci.pipeline',
            `ci:Pipeline/${repository.host}/${repository.path}/${path}`,
            { ...collected.pipeline, repository, path },
            files.locator(path),
          );
      }
    }
  }
  if (read === 0)
    yield { gap: gap('FB-SOURCE-EMPTY', [], name, 'No pipeline file of a system that we know is in it.') };
}

async function* one(
  files: FolderFiles,
  path: string,
  read: (source: string) => Read,
): AsyncGenerator<{ readonly pipeline: NonNullable<Read['pipeline']> } | { readonly gap: ReturnType<typeof gap> }> {
  const source = await files.read(path);
  if (source === undefined) return;
  if (typeof source !== 'string') {
    yield source;
    return;
  }
  const { pipeline, problems } = read(source);
  for (const { code, line, reason } of problems.slice(0, 20))
    yield { gap: gap(code, kinds, `${files.locator(path)} line ${line}`, reason) };
  if (pipeline !== undefined) yield { pipeline };
}
