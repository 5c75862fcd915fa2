/** One repository has one node, whoever names it: see `gitRepositoryName` for how its ways of being written are one. */
import { type GitRepositoryName, gitRepositoryName, type NodeId } from '@firebreak/contract';

export { type GitRepositoryName, gitRepositoryName };

/** `git:Repository/<host>/<path>` */
export function gitRepositoryId({ host, path }: GitRepositoryName): NodeId {
  return `git:Repository/${host}/${path}`;
}
