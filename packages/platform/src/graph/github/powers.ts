/** Ids of what one can hold in a repository on GitHub besides its things: rights, and jobs that somebody makes up. */
import { githubId, type NodeId } from '@firebreak/contract';
import type { Job } from './jobs.ts';
import { gitId, type KnownRepository } from './repositories.ts';

/** Pushing wherever nothing protects a branch. */
export const pushId = ({ name }: KnownRepository): NodeId => gitId('Push', name);
/** Pushing workflow files too, which GITHUB_TOKEN never may, and having them run. */
export const workflowWriteId = ({ name }: KnownRepository): NodeId => githubId('WorkflowWrite', name);
export const repositoryAdminId = ({ name }: KnownRepository): NodeId => githubId('RepositoryAdmin', name);
/** Its code in hand; a node where it is not public. */
export const contentId = ({ name }: KnownRepository): NodeId => gitId('RepositoryContent', name);

/** A workflow of one's own on a branch that nothing protects: it has whatever GitHub gives to the repository. */
export const pushedWorkflowId = ({ name }: KnownRepository): NodeId => githubId('PushedWorkflow', name);
/** A workflow of one's own in a pull request from a fork: it has a machine and nothing else. */
export const forkWorkflowId = ({ name }: KnownRepository): NodeId => githubId('ForkWorkflow', name);

/** GITHUB_TOKEN of a job. */
export const tokenId = ({ id }: Pick<Job, 'id'>): NodeId => id.replace('github:Job/', 'github:JobToken/');
export const releasesId = ({ name }: KnownRepository): NodeId => githubId('Releases', name);
export const pagesId = ({ name }: KnownRepository): NodeId => githubId('Pages', name);
