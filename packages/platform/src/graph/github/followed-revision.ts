/**
 * What one must hold to change what a revision of a repository names, for whoever follows it. The default branch is the
 * repository; any other branch that was read is its own node; one that was not among the protected ones, or a tag, is open to
 * whoever may push. Of a repository that nobody read only the repository itself can be said.
 */
import type { Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { branchNodesOf } from './branch-nodes.ts';
import { pushId } from './powers.ts';
import { gitId, type KnownRepository, repositoriesOf } from './repositories.ts';

export interface Writers {
  readonly from: NodeId;
  readonly facts: readonly FactId[];
  readonly likelihood: number;
  readonly because?: string;
}

const repositoriesById = perEstate(
  (estate) => new Map([...repositoriesOf(estate).values()].map((repository) => [repository.id, repository])),
);
const branchIds = perEstate((estate) => new Map(branchNodesOf(estate).map(({ id, facts }) => [id, facts])));

/** @param revision a branch, a tag or a range of versions, as a delivery channel names it; not a commit */
export function writersOf(estate: Estate, repository: NodeId, revision: string | undefined): Writers {
  const known: KnownRepository | undefined = repositoriesById(estate).get(repository);
  const name = revision?.replace(/^refs\/heads\//, '') ?? 'HEAD';
  const ofRepository = { from: repository, facts: [], likelihood: 1 };
  if (known === undefined || name === 'HEAD' || known.defaultBranch === undefined || name === known.defaultBranch)
    return ofRepository;
  const branch = gitId('Branch', known.name, name);
  const facts = branchIds(estate).get(branch);
  if (facts !== undefined) return { from: branch, facts, likelihood: 1 };
  if (known.api?.data.complete.includes('branches') !== true)
    return {
      from: pushId(known),
      facts: known.facts,
      likelihood: 0.5,
      because: `what protects ${name} was not read`,
    };
  const isBranch = /^[A-Za-z]/.test(name) && !/^(v\d|refs\/tags\/)/.test(name);
  return isBranch
    ? { from: pushId(known), facts: known.facts, likelihood: 1, because: `nothing protects ${name}` }
    : { from: pushId(known), facts: known.facts, likelihood: 0.8, because: 'rules for tags were not read' };
}
