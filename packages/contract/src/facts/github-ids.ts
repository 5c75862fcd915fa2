/**
 * Ids of GitHub's things, of facts and of nodes alike: `github:<Kind>/<host>/<owner>/<repository>/…`. GitHub folds the case of
 * owners and repositories, so they are in lower case; whatever may hold a slash and is not a path is escaped as in a URL.
 */
import type { NodeId } from '../node.ts';
import type { RepositoryName } from './ci.ts';

/** Of a repository's own things; `rest` are names in the order from the outside in. */
export function githubId(kind: string, repository: RepositoryName, ...rest: readonly string[]): NodeId {
  return [`github:${kind}/${repository.host}/${repository.path.toLowerCase()}`, ...rest.map(encodeName)].join('/');
}

/** Of an account's own things: an organization or user, and what belongs to it. */
export function githubAccountId(kind: string, host: string, account: string, ...rest: readonly string[]): NodeId {
  return [`github:${kind}/${host}/${account.toLowerCase()}`, ...rest.map(encodeName)].join('/');
}

/** Of a workflow file or a job in it; slashes in the path stay. */
export function workflowId(repository: RepositoryName, path: string): NodeId {
  return `github:Workflow/${repository.host}/${repository.path.toLowerCase()}/${path}`;
}
export function jobId(repository: RepositoryName, path: string, job: string, kind = 'Job'): NodeId {
  return `github:${kind}/${repository.host}/${repository.path.toLowerCase()}/${path}/${encodeName(job)}`;
}
export function actionId(repository: RepositoryName, path: string): NodeId {
  return `github:Action/${repository.host}/${repository.path.toLowerCase()}/${path}`;
}

/** Anybody who has an account on the host. */
export function outsiderId(host: string): NodeId {
  return `github:Outsider/${host}`;
}

function encodeName(name: string): string {
  return name.replace(/[%/\p{Cc}]/gu, (character) => encodeURIComponent(character));
}
