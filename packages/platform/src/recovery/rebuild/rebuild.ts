/**
 * Which workloads run images that nobody knows to be good, and by which digest each is rebuilt. Known to be good is: approved by
 * somebody by its digest, or run by the same repository's containers before the first suspicious event, as a collection of ours
 * saw. A tag is whoever may push it: what its pods run is told, and it is pinned all the same.
 *
 * Pure over two estates. Names and digests are foreign text.
 */
import type { Estate, RebuildRow } from '@firebreak/contract';
import { digestOf, type Running, repositoryOf, runningIn } from './running.ts';

export interface RebuildWish {
  readonly now: Estate;
  /** As the last collection before the first suspicious event saw it; undefined where there was none. */
  readonly before: Estate | undefined;
  /** Images that somebody approved by digest, the newest first. */
  readonly approved: readonly Approved[];
  /** Digests that are suspect whatever ran them before. */
  readonly bad: ReadonlySet<string>;
  /** Workloads in question, or what they are made of; all when absent. */
  readonly only?: ReadonlySet<string>;
}

export interface Approved {
  /** Repository, without tag and digest. */
  readonly image: string;
  readonly digest: string;
  readonly by: string;
}

const rebuildItem = (workload: string, container: string) => `rebuild/${workload}#${container}`;

export function rebuildRows({ now, before, approved, bad, only }: RebuildWish): RebuildRow[] {
  const earlier = new Map<string, { readonly image: string; readonly digest: string }>();
  const seen = new Set<string>();
  for (const running of before === undefined ? [] : runningIn(before)) {
    const told = digestsOf(running);
    const repository = repositoryOf(running.image);
    // Where no pod told, the registry's word for the tag at that time.
    const ran = told.length > 0 || before === undefined ? told : taggedIn(before, running.image);
    for (const digest of ran) seen.add(`${repository} ${digest}`);
    const digest = ran.find((each) => !bad.has(each));
    if (digest !== undefined)
      earlier.set(rebuildItem(running.workload.id, running.container), { image: repository, digest });
  }
  return runningIn(now)
    .filter(({ workload, below }) => only === undefined || [workload.id, ...below].some((id) => only.has(id)))
    .map((running) => {
      const { workload, container, image } = running;
      const item = rebuildItem(workload.id, container);
      const digests = digestsOf(running);
      const { verdict, why } = judge(running, digests);
      const [digest = null] = digests.length === 1 ? digests : [];
      return { item, workload, container, image, digest, verdict, why, good: goodFor(item, image, digests) };
    });

  function judge(running: Running, digests: readonly string[]): Pick<RebuildRow, 'verdict' | 'why'> {
    const judged = digests.map((digest) => ({ digest, ...judgeOne(repositoryOf(running.image), digest) }));
    const several = judged.length > 1;
    for (const { digest, isGood, why } of judged)
      if (!isGood) return { verdict: 'not-known-good', why: several ? `One of its pods runs ${digest}. ${why}` : why };
    if (judged.length === 0)
      return { verdict: 'cannot-tell', why: 'It is named by a tag, and no pod tells which image it runs.' };
    if (running.runs.includes(null))
      return { verdict: 'cannot-tell', why: 'Not every pod of it tells which image it runs.' };
    const why = judged[0]?.why ?? '';
    if (digestOf(running.image) === undefined)
      return {
        verdict: 'cannot-tell',
        why: `What its pods run is known to be good, but it is named by a tag: the next pod runs whatever that is then. ${why}`,
      };
    return { verdict: 'known-good', why };
  }

  function judgeOne(repository: string, digest: string): { readonly isGood: boolean; readonly why: string } {
    if (bad.has(digest)) return { isGood: false, why: 'Its digest is among what is suspect.' };
    const by = approved.find((each) => each.digest === digest)?.by;
    if (by !== undefined) return { isGood: true, why: `Approved by ${by}.` };
    if (seen.has(`${repository} ${digest}`))
      return { isGood: true, why: 'A collection saw it run before the first suspicious event.' };
    return { isGood: false, why: 'Nobody approved its digest, and no collection saw it before.' };
  }

  /** What it runs where all of that is good, else what it ran before, else what an approval names for the repository. */
  function goodFor(item: string, image: string, digests: readonly string[]): RebuildRow['good'] {
    const repository = repositoryOf(image);
    const [running] = digests;
    if (running !== undefined && digests.every((digest) => judgeOne(repository, digest).isGood))
      return { image: repository, digest: running, from: 'what it runs, which is known to be good' };
    const was = earlier.get(item);
    if (was !== undefined) return { ...was, from: 'what it ran before the first suspicious event' };
    const named = approved.find((each) => each.image === repository && !bad.has(each.digest));
    return named === undefined ? null : { image: repository, digest: named.digest, from: `approved by ${named.by}` };
  }
}

/** What its pods run, and what the next one will where a digest says so. */
function digestsOf({ image, runs }: Running): string[] {
  return [...new Set([digestOf(image), ...runs].flatMap((digest) => digest ?? []))];
}

/** What the registry said that the tag is, at that time. */
function taggedIn(estate: Estate, image: string): string[] {
  const repository = repositoryOf(image);
  const tag = image.slice(repository.length + 1) || 'latest';
  return estate
    .all('oci.tag')
    .filter(({ data }) => `${data.registry}/${data.repository}` === repository && data.tag === tag)
    .map(({ data }) => data.digest);
}
