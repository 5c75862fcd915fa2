/** Branches that are nodes: those that were read, and the default branch wherever its name is known. */
import type { Estate, Fact, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { gitId, type KnownRepository, repositoriesOf } from './repositories.ts';

export interface BranchNode {
  readonly id: NodeId;
  readonly repository: KnownRepository;
  readonly name: string;
  /** Absent for a branch of which only the name is known. */
  readonly fact: Fact<'github.branch'> | undefined;
  readonly facts: readonly FactId[];
}

export const branchNodesOf: (estate: Estate) => readonly BranchNode[] = perEstate((estate) =>
  [...repositoriesOf(estate).values()].flatMap((repository) => {
    const { name, branches, defaultBranch, facts } = repository;
    const nodes: BranchNode[] = branches.map((fact) => ({
      id: gitId('Branch', name, fact.data.name),
      repository,
      name: fact.data.name,
      fact,
      facts: [fact.id],
    }));
    const known = branches.some(({ data }) => data.name === defaultBranch);
    if (defaultBranch !== undefined && !known)
      nodes.push({ id: gitId('Branch', name, defaultBranch), repository, name: defaultBranch, fact: undefined, facts });
    return nodes;
  }),
);
