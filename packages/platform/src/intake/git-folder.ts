/**
 * What a checkout says about itself, read from its `.git` without running git: git would obey the checkout's own configuration
 * (file-system monitors, pagers, includes), and a checkout is foreign. Only the remote's URL and two names of branches are
 * taken; includes and rewrites (`insteadOf`) are not followed.
 */
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type GitRepositoryName, gitRepositoryName } from '@firebreak/contract';

export interface GitFolder {
  /** Absent when no remote names a host. */
  readonly repository?: GitRepositoryName;
  /** Path of the repository in the remote's own spelling, where that differs. */
  readonly spelled?: string;
  readonly defaultBranch?: string;
}

const maxBytes = 1024 * 1024;
/** Reserved by RFC 2606: no repository can have it, so nothing joins by accident. */
const unknownHost = 'unknown.invalid';

/** The repository of a folder: what its remote names, or a name that joins with nothing. @param name of the folder. */
export function repositoryOfFolder(git: GitFolder | undefined, name: string): GitRepositoryName {
  if (git?.repository !== undefined) return git.repository;
  const path = name.replace(/[\s\p{Cc}\p{Zl}\p{Zp}/]+/gu, '-');
  return { host: unknownHost, path: path === '' ? 'folder' : path };
}

/** Undefined when the folder is no checkout. */
export async function gitFolder(folder: string): Promise<GitFolder | undefined> {
  const git = await gitDirectory(folder);
  if (git === undefined) return undefined;
  // A work tree shares the configuration of its main checkout.
  const common = (await small(join(git, 'commondir')))?.trim();
  const shared = common === undefined ? git : resolve(git, common);
  const remotes = remotesIn((await small(join(shared, 'config'))) ?? '');
  const url = remotes.get('origin') ?? [...remotes.values()][0];
  const repository = url === undefined ? undefined : gitRepositoryName(url);
  const branch =
    branchIn(await small(join(shared, 'refs/remotes/origin/HEAD')), 'refs/remotes/origin/') ??
    branchIn(await small(join(git, 'HEAD')), 'refs/heads/');
  return {
    ...(repository === undefined ? {} : { repository, ...spelledIn(url ?? '', repository.path) }),
    ...(branch === undefined ? {} : { defaultBranch: branch }),
  };
}

function spelledIn(url: string, path: string): { readonly spelled?: string } {
  const at = url.toLowerCase().lastIndexOf(path);
  const spelled = at < 0 ? path : url.slice(at, at + path.length);
  return spelled === path ? {} : { spelled };
}

async function gitDirectory(folder: string): Promise<string | undefined> {
  const path = join(folder, '.git');
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return path;
  const target = /^gitdir: (.+)/.exec((await small(path)) ?? '')?.[1];
  return target === undefined ? undefined : resolve(folder, target.trim());
}

/** `[remote "origin"]` … `url = …`, by name, in the order of the file. */
function remotesIn(config: string): ReadonlyMap<string, string> {
  const remotes = new Map<string, string>();
  let remote: string | undefined;
  for (const line of config.split('\n')) {
    const section = /^\s*\[([^\]]{0,500})\]/.exec(line)?.[1];
    if (section !== undefined) remote = /^remote\s+"([^"]{1,400})"$/.exec(section)?.[1];
    const url = /^\s*url\s*=\s*(\S{1,2048})\s*$/.exec(line)?.[1];
    if (remote !== undefined && url !== undefined && !remotes.has(remote)) remotes.set(remote, url.replaceAll('"', ''));
  }
  return remotes;
}

function branchIn(head: string | undefined, prefix: string): string | undefined {
  const name = /^ref: (\S{1,500})/.exec(head ?? '')?.[1];
  return name?.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

async function small(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > maxBytes) return undefined;
  return readFile(path, 'utf8').catch(() => undefined);
}
