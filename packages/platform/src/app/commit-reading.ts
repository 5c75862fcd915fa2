/** Commits since a moment of the branches that an estate knows, from whichever open source reads their repository now. */
import type { Estate, Gap } from '@firebreak/contract';
import type { GithubSession } from '../connectors/github/session.ts';
import { gap } from '../intake/gap.ts';
import type { Target } from './joined-target.ts';

const mostBranches = 100;

/** @returns as the API lists them, and what could not be read */
export async function commitsOfBranches(
  target: Target,
  estate: Estate,
  since: Date,
  signal: AbortSignal,
): Promise<{ readonly commits: readonly unknown[]; readonly gaps: readonly Gap[] }> {
  const sessions = (target.sessionsOf?.('github') ?? []) as readonly GithubSession[];
  const commits: unknown[] = [];
  const gaps: Gap[] = [];
  const branches = estate.all('github.branch');
  for (const { data } of branches.slice(0, mostBranches)) {
    const read = await firstOf(sessions, (each) => each.commitsSince?.(data.repository, data.name, since, signal));
    commits.push(...(read?.commits ?? []));
    gaps.push(...(read?.gaps ?? [unread(`${data.repository.path}@${data.name}`)]));
  }
  if (branches.length > mostBranches)
    gaps.push(
      gap(
        'FB-LIMIT-REACHED',
        ['github.branch'],
        'branches',
        `Commits of ${mostBranches} branches are judged, not all.`,
      ),
    );
  return { commits, gaps };
}

const unread = (branch: string) =>
  gap('FB-LOG-MISSING', ['github.branch'], branch, 'No open source reads its commits; only its head is judged.');

async function firstOf<Item, Found>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Found | undefined> | undefined,
): Promise<Found | undefined> {
  for (const item of items) {
    const found = await ask(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
