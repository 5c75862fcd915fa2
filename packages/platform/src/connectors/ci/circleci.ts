/** CircleCI (configuration reference 2.1): jobs, and the workflows that say when they run and with which contexts. */
import type { CiJob } from '@firebreak/contract';
import { entriesIn, itemsIn, partAt, scalarsBelow, textAtPart, textsIn } from '../../intake/marked-parts.ts';
import type { Marked, MarkedMap } from '../../intake/marked-yaml.ts';
import { credentialNames, pushedImages } from '../../intake/pipeline-text.ts';
import { emptyJob, type Problem, type Read } from './format.ts';
import { fromMapping } from './yaml-file.ts';

export const readCircle = (source: string): Read => fromMapping(source, readRoot);

const own = /^CIRCLE_/;

function readRoot(root: MarkedMap): Read {
  const problems: Problem[] = [...entriesIn(partAt(root, 'orbs')).values()].flatMap(({ line, value }) =>
    value.kind === 'scalar' ? [{ code: 'FB-CI-INCLUDE-UNREAD' as const, line, reason: 'An orb was not read.' }] : [],
  );
  const used = uses(root);
  const jobs = [...entriesIn(partAt(root, 'jobs')).values()].map(({ key, line, column, value }): CiJob => {
    const executor = textAtPart(value, 'executor') ?? textAtPart(value, 'executor', 'name');
    const machine = executor === undefined ? value : (partAt(root, 'executors', executor) ?? value);
    const [image, ...services] = itemsIn(partAt(machine, 'docker')).flatMap((each) => textAtPart(each, 'image') ?? []);
    const texts = [...scalarsBelow(value)];
    const resource = textAtPart(machine, 'resource_class') ?? textAtPart(value, 'resource_class');
    const here = used.get(key) ?? [];
    const contexts = here.flatMap((use) => textsIn(partAt(use, 'context')));
    const branches = here.flatMap((use) => textsIn(partAt(use, 'filters', 'branches', 'only')));
    const tags = here.some((use) => partAt(use, 'filters', 'tags') !== undefined);
    return {
      ...emptyJob(key, line, column),
      triggers: [{ event: 'push', branches: [...branches] }, ...(tags ? [{ event: 'tag', branches: [] }] : [])],
      manual: here.length > 0 && held(used, here),
      ...(image === undefined ? {} : { image }),
      services: [...services],
      // A class with a slash is a runner of one's own.
      runner: resource?.includes('/') === true ? [resource] : [],
      secrets: [...new Set([...contexts.map((name) => `context ${name}`), ...credentialNames(texts, own, new Set())])],
      // CircleCI signs a token for every job that has a context.
      idTokens: contexts.length > 0 ? [{ name: 'CIRCLE_OIDC_TOKEN', audiences: [] }] : [],
      pushes: pushedImages(texts, new Map()),
    };
  });
  return { pipeline: { system: 'circleci', triggers: [{ event: 'push', branches: [] }], jobs }, problems };
}

/** How workflows use each job: `- build`, `- build: {context: x}`. */
function uses(root: MarkedMap): ReadonlyMap<string, readonly Marked[]> {
  const found = new Map<string, Marked[]>();
  for (const { value } of entriesIn(partAt(root, 'workflows')).values())
    for (const item of itemsIn(partAt(value, 'jobs'))) {
      const entry = [...entriesIn(item).values()][0];
      const name = item.kind === 'scalar' ? item.text : entry?.key;
      if (name === undefined) continue;
      const known = found.get(name);
      if (known === undefined) found.set(name, [entry?.value ?? item]);
      else known.push(entry?.value ?? item);
    }
  return found;
}

/** Whether something that a person must approve stands before it. */
function held(used: ReadonlyMap<string, readonly Marked[]>, here: readonly Marked[]): boolean {
  const approvals = new Set<string>();
  for (const [name, list] of used) if (list.some((use) => textAtPart(use, 'type') === 'approval')) approvals.add(name);
  return here.every((use) => textsIn(partAt(use, 'requires')).some((name) => approvals.has(name)));
}
