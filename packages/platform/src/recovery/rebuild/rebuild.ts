/**
 * Which workloads run images that nobody knows to be good, and by which digest each is rebuilt. Known to be good is: approved by
 * somebody by its digest, or run by the same container before the first suspicious event, as a collection of ours saw. What is named
 * by a tag alone is not known: a tag is whoever may push it.
 *
 * Pure over two estates. Names and digests are foreign text.
 */
import type { Estate, Fact, NodeRef, RebuildRow } from '@firebreak/contract';

export interface RebuildWish {
  readonly now: Estate;
  /** As the last collection before the first suspicious event saw it; undefined where there was none. */
  readonly before: Estate | undefined;
  /** Images that somebody approved by digest, the newest first. */
  readonly approved: readonly Approved[];
  /** Digests that are suspect whatever ran them before. */
  readonly bad: ReadonlySet<string>;
  /** Workloads in question; all when absent. */
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
  const earlier = new Map<string, string>();
  const seen = new Set<string>();
  for (const { workload, container, image } of before === undefined ? [] : containersOf(before)) {
    earlier.set(rebuildItem(workload.id, container), image);
    const digest = digestOf(image) ?? (before === undefined ? undefined : taggedIn(before, image));
    if (digest !== undefined) seen.add(`${repositoryOf(image)} ${digest}`);
  }
  return containersOf(now)
    .filter(({ workload }) => only === undefined || only.has(workload.id))
    .map(({ workload, container, image }) => {
      const item = rebuildItem(workload.id, container);
      const digest = digestOf(image);
      const good = goodFor(item, image);
      const base = { item, workload, container, image, digest: digest ?? null, good };
      if (digest === undefined)
        return { ...base, verdict: 'cannot-tell', why: 'It is named by a tag; which image runs is not told.' };
      if (bad.has(digest)) return { ...base, verdict: 'not-known-good', why: 'Its digest is among what is suspect.' };
      const by = approved.find((each) => each.digest === digest)?.by;
      if (by !== undefined) return { ...base, verdict: 'known-good', why: `Approved by ${by}.` };
      if (seen.has(`${repositoryOf(image)} ${digest}`))
        return { ...base, verdict: 'known-good', why: 'A collection saw it run before the first suspicious event.' };
      return {
        ...base,
        verdict: 'not-known-good',
        why: 'Nobody approved its digest, and no collection saw it before.',
      };
    });

  /** What an approval names for the repository, else what the container ran before. */
  function goodFor(item: string, image: string): RebuildRow['good'] {
    const repository = repositoryOf(image);
    const was = earlier.get(item);
    if (was !== undefined && before !== undefined) {
      const digest = digestOf(was) ?? taggedIn(before, was);
      if (digest !== undefined && !bad.has(digest))
        return { image: repositoryOf(was), digest, from: 'what it ran before the first suspicious event' };
    }
    const named = approved.find((each) => each.image === repository && !bad.has(each.digest));
    return named === undefined ? null : { image: repository, digest: named.digest, from: `approved by ${named.by}` };
  }
}

interface Running {
  readonly workload: NodeRef;
  readonly container: string;
  readonly image: string;
}

/** Containers of what keeps pods running; pods that nothing keeps are named by themselves. */
function containersOf(estate: Estate): Running[] {
  const of = ({ id, data }: Fact<'kubernetes.workload'>): Running[] =>
    data.template.spec.containers.flatMap(({ name, image }) =>
      image === undefined
        ? []
        : [{ workload: { kind: data.workloadKind, id, name: data.metadata.name }, container: name, image }],
    );
  return estate.all('kubernetes.workload').flatMap(of);
}

function digestOf(image: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
}

/** Without tag and digest. */
function repositoryOf(image: string): string {
  const plain = image.replace(/@sha256:[0-9a-f]{64}$/, '');
  const slash = plain.lastIndexOf('/');
  const colon = plain.indexOf(':', slash + 1);
  return colon === -1 ? plain : plain.slice(0, colon);
}

/** What the registry said that the tag is, at that time. */
function taggedIn(estate: Estate, image: string): string | undefined {
  const repository = repositoryOf(image);
  const tag = image.slice(repository.length + 1) || 'latest';
  return estate
    .all('oci.tag')
    .find(({ data }) => `${data.registry}/${data.repository}` === repository && data.tag === tag)?.data.digest;
}
