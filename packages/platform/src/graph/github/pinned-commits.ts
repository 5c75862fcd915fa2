import { type Estate, type Fact, githubId, type WorkflowUses } from '@firebreak/contract';

/** What was read of the commit that a `uses:` names; undefined where it names none, or nobody looked. */
export function pinnedCommitOf(
  estate: Estate,
  host: string,
  { kind, refKind, owner, name, ref }: WorkflowUses,
): Fact<'github.pinned-commit'> | undefined {
  if (kind !== 'repository' || refKind !== 'sha') return undefined;
  return estate.get('github.pinned-commit', githubId('PinnedCommit', { host, path: `${owner}/${name}` }, ref ?? ''));
}
