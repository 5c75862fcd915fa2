/** Which nodes the addresses in agent facts mean: repositories, packages, other agents. */
import { type Estate, type FactId, type NodeId, serverName } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from '../names/git-repository.ts';
import { packageId } from '../names/package-name.ts';
import type { ServerFact } from './calls.ts';

export function repositoryOf(address: string | undefined): NodeId | undefined {
  const name = address === undefined ? undefined : gitRepositoryName(address);
  return name === undefined ? undefined : gitRepositoryId(name);
}

/** What a server that is started fetches by a name that moves. */
export function codeSourceOf({ data }: ServerFact): { readonly id: NodeId; readonly note: string } | undefined {
  const { launch } = data;
  const repository = repositoryOf(launch?.repository);
  if (repository !== undefined) return { id: repository, note: `${launch?.command ?? ''} runs it from the repository` };
  const fetched = launch?.package;
  if (fetched === undefined || fetched.pinned) return undefined;
  const id = packageId(fetched.registry, fetched.name);
  return id === undefined ? undefined : { id, note: `${fetched.name}@${fetched.version ?? 'latest'}` };
}

/** An agent by its id, or by the address at which it answers. */
export function agentNamed(estate: Estate, written: string): FactId | undefined {
  const server = /^https?:/.test(written) ? serverName(written) : undefined;
  const id = server === undefined ? written : `agent:Agent/${server}`;
  return estate.get('agent.agent', id)?.id;
}
