/**
 * Whether a commit that a workflow names by its id is of the repository that it names with it. GitHub keeps the commits of a
 * repository and of all its forks together and hands out each under every name, so `actions/checkout@<id>` may be anybody's
 * commit. Its own are those that a tag names or that a branch or tag leads to. Tags are asked for first, because that settles
 * nearly all; then branches are compared with the commit, the likely ones first.
 */
import { type Collected, type FactKind, githubId, type RepositoryName, type WorkflowUses } from '@firebreak/contract';
import { at, field, text, textAt } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { factOf } from '../fact.ts';
import type { Answer, GithubAnswers, Listing } from './answers.ts';
import { part } from './reading.ts';

const kinds: readonly FactKind[] = ['github.pinned-commit'];
/** Branches and tags that one commit is compared with. */
const maxComparisons = 60;
/** Commits that one collection asks for. */
const maxPins = 2000;

/** Commits by `owner/name@id`, with where they are named. */
export class Pins {
  readonly #pins = new Map<string, { readonly owner: string; readonly name: string; readonly sha: string }>();

  /** Takes up what the workflow or action of a fact names. */
  add(collected: Collected): void {
    if (!('fact' in collected)) return;
    const { fact } = collected;
    if (fact.kind === 'github.workflow')
      for (const { uses, steps } of fact.data.jobs) {
        this.#take(uses);
        for (const step of steps) this.#take(step.uses);
      }
    if (fact.kind === 'github.action') for (const step of fact.data.steps) this.#take(step.uses);
  }

  #take(uses: WorkflowUses | undefined): void {
    if (uses?.kind !== 'repository' || uses.refKind !== 'sha') return;
    const { owner = '', name = '', ref: sha = '' } = uses;
    this.#pins.set(`${owner}/${name}@${sha}`, { owner, name, sha });
  }

  get size(): number {
    return this.#pins.size;
  }

  /** By repository, in the order of their names. */
  byRepository(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const [, { owner, name, sha }] of [...this.#pins].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxPins)) {
      const group = groups.get(`${owner}/${name}`);
      if (group === undefined) groups.set(`${owner}/${name}`, [sha]);
      else group.push(sha);
    }
    return groups;
  }
}

export async function* pinnedCommits(
  answers: GithubAnswers,
  host: string,
  pins: Pins,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const address = answers.address;
  if (pins.size > maxPins)
    yield { gap: gap('FB-LIMIT-REACHED', kinds, address, `Of ${pins.size} pinned commits ${maxPins} were looked up.`) };
  for (const [path, commits] of pins.byRepository()) {
    const base = `/repos/${path.split('/').map(part).join('/')}`;
    const tags = await answers.list(`${base}/tags`, undefined, signal);
    const branches = tags.missing === undefined ? await answers.list(`${base}/branches`, undefined, signal) : tags;
    const missing = tags.missing ?? branches.missing;
    if (missing !== undefined) {
      yield { gap: missing.gap(kinds) };
      continue;
    }
    const refs = { tags: heads(tags), branches: heads(branches) };
    for (const sha of commits) {
      const repository: RepositoryName = { host, path };
      const where = `${base}/commits/${sha}`;
      const found = await standingOf(answers, base, sha, refs, signal);
      if ('gap' in found) yield found;
      else
        yield factOf(
          'github.pinned-commit',
          githubId('PinnedCommit', repository, sha),
          { repository, sha, own: found.by !== undefined, found: found.by },
          `${address}${where}`,
        );
    }
  }
}

interface Refs {
  /** Names with the commit that each stands for. */
  readonly tags: ReadonlyMap<string, string>;
  readonly branches: ReadonlyMap<string, string>;
}

function heads({ items }: Listing): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap((item): [string, string][] => {
      const name = text(field(item, 'name'));
      return name === undefined ? [] : [[name, textAt(item, 'commit', 'sha') ?? '']];
    }),
  );
}

async function standingOf(
  answers: GithubAnswers,
  base: string,
  pinned: string,
  { tags, branches }: Refs,
  signal: AbortSignal,
): Promise<{ readonly by: string | undefined } | Extract<Collected, { readonly gap: unknown }>> {
  const named = (commit: string) => [...tags, ...branches].find(([, head]) => head === commit)?.[0];
  const direct = named(pinned);
  if (direct !== undefined) return { by: direct };
  // An annotated tag has an id of its own, which GitHub takes for its commit.
  const tag = await answers.get(`${base}/git/tags/${pinned}`, signal);
  if (!tag.ok && !tag.absent) return { gap: tag.gap(kinds) };
  const sha = tag.ok ? (text(at(tag.value, 'object', 'sha')) ?? pinned) : pinned;
  const peeled = sha === pinned ? undefined : named(sha);
  if (peeled !== undefined) return { by: peeled };

  const candidates = [...likelyFirst([...branches.keys()]), ...tags.keys()];
  for (const ref of candidates.slice(0, maxComparisons)) {
    const answer = await answers.get(`${base}/compare/${part(ref)}...${sha}?per_page=1&page=2`, signal);
    // Behind a branch is what the branch has already.
    if (leadsTo(answer)) return { by: ref };
    if (!answer.ok) return { gap: answer.gap(kinds) };
  }
  if (candidates.length <= maxComparisons) return { by: undefined };
  const reason = `None of ${maxComparisons} of its ${candidates.length} branches and tags leads to the commit.`;
  return { gap: gap('FB-LIMIT-REACHED', kinds, `${answers.address}${base}/commits/${sha}`, reason) };
}

function leadsTo(answer: Answer): boolean {
  const status = answer.ok ? text(field(answer.value, 'status')) : undefined;
  return status === 'behind' || status === 'identical';
}

/** What things are developed on, what they are released from, the rest. */
function likelyFirst(branches: readonly string[]): readonly string[] {
  const rank = (name: string) => (/^(?:main|master|trunk)$/.test(name) ? 0 : /^v?\d|release/.test(name) ? 1 : 2);
  return [...branches].sort((a, b) => rank(a) - rank(b));
}
