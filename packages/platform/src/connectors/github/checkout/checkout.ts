/** A checkout on a disk: which repository it is, and what its pipelines do. No settings of GitHub are in it: gaps say so. */
import { basename, resolve } from 'node:path';
import { type Collected, githubAspects } from '@firebreak/contract';
import { folderFiles } from '../../../intake/folder-files.ts';
import { gap } from '../../../intake/gap.ts';
import { gitFolder, repositoryOfFolder } from '../../../intake/git-folder.ts';
import { Pins } from '../api/pinned-commits.ts';
import { factOf } from '../fact.ts';
import { repositoryFiles } from '../files/repository-files.ts';

export async function* collectCheckout(folder: string, signal: AbortSignal): AsyncGenerator<Collected> {
  const git = await gitFolder(folder);
  const name = basename(resolve(folder));
  const repository = repositoryOfFolder(git, name);
  if (git?.repository === undefined) {
    const reason = 'It names no remote on a host, so nothing outside of it can be joined with it.';
    yield { gap: gap('FB-GIT-REMOTE-UNKNOWN', ['git.checkout'], name, reason) };
  }
  const data = { repository, spelled: git?.spelled, defaultBranch: git?.defaultBranch };
  yield factOf('git.checkout', `git:Checkout/${repository.host}/${repository.path}`, data, name);
  const pins = new Pins();
  for await (const collected of repositoryFiles(
    repository,
    await folderFiles(folder, name, ['github.workflow', 'github.action']),
  )) {
    signal.throwIfAborted();
    pins.add(collected);
    yield collected;
  }
  if (pins.size > 0) {
    const reason = `Whether ${pins.size} pinned commits are of the repositories that they are named with, only GitHub can tell.`;
    yield { gap: gap('FB-ACCESS-UNTOLD', ['github.pinned-commit'], name, reason) };
  }
  const settings = githubAspects.filter((aspect) => aspect !== 'workflows');
  const reason = `A checkout does not tell: ${settings.join(', ')}. Edges that rest on them say that they are uncertain.`;
  yield { gap: gap('FB-ACCESS-UNTOLD', settingKinds, name, reason) };
}

const settingKinds = [
  'github.access',
  'github.actions-settings',
  'github.branch',
  'github.deploy-key',
  'github.environment',
  'github.runner',
  'github.secret',
];
