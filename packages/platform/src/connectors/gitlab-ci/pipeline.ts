/** The jobs of a pipeline (docs: "CI/CD YAML syntax reference"), `extends` and `default` written out. */
import type { CiJob, CiPipeline, RepositoryName } from '@firebreak/contract';
import { entriesIn, itemsIn, partAt, scalarsBelow, textAtPart, textsIn } from '../../intake/marked-parts.ts';
import type { Marked, MarkedEntry, MarkedMap } from '../../intake/marked-yaml.ts';
import { credentialNames, pushedImages } from '../../intake/pipeline-text.ts';

const globals = new Set([
  'after_script',
  'before_script',
  'cache',
  'default',
  'image',
  'include',
  'pages',
  'services',
  'spec',
  'stages',
  'types',
  'variables',
  'workflow',
]);
/** GitLab's own variables, which it makes for every job. */
const predefined = /^(?:CI|GITLAB|FF|RUNNER)_/;
const maxExtends = 11;
/** Parts that one job is put together from. */
const maxChain = 200;

export function pipelineOf(root: MarkedMap, repository: RepositoryName, path: string): CiPipeline {
  const jobs = root.entries.filter(
    ({ key, value }) => (!globals.has(key) || key === 'pages') && !key.startsWith('.') && value.kind === 'map',
  );
  return {
    system: 'gitlab-ci',
    repository,
    path,
    ...(textAtPart(root, 'workflow', 'name') === undefined ? {} : { name: textAtPart(root, 'workflow', 'name') }),
    triggers: triggersOf(partAt(root, 'workflow')),
    jobs: jobs.map((entry) => jobOf(entry, root, repository)),
  };
}

function jobOf(entry: MarkedEntry, root: MarkedMap, repository: RepositoryName): CiJob {
  const chain = extended(entry.value, root, 0).slice(0, maxChain);
  /** The nearest part that says it: the job, what it extends, the defaults. */
  const part = (name: string): Marked | undefined =>
    [...chain, partAt(root, 'default'), root].map((each) => partAt(each, name)).find((each) => each !== undefined);
  const own = (name: string) => chain.map((each) => partAt(each, name)).find((each) => each !== undefined);
  const scripts = ['before_script', 'script', 'after_script'].flatMap((name) => [...scalarsBelow(part(name))]);
  const variables = [...chain, root].map((each) => partAt(each, 'variables'));
  const defined = new Set(variables.flatMap((each) => [...entriesIn(each).keys()]));
  const environment = textAtPart(own('environment')) ?? textAtPart(own('environment'), 'name');
  const texts = [...scripts, ...variables.flatMap((each) => [...scalarsBelow(each)]), ...scalarsBelow(part('image'))];
  const image = textAtPart(part('image')) ?? textAtPart(part('image'), 'name');
  return {
    name: entry.key,
    line: entry.line,
    column: entry.column,
    triggers: chain.map(triggersOf).find((each) => each.length > 0) ?? [],
    manual: textAtPart(own('when')) === 'manual',
    ...(image === undefined ? {} : { image }),
    services: itemsIn(part('services')).flatMap((each) => textAtPart(each) ?? textAtPart(each, 'name') ?? []),
    runner: [...textsIn(part('tags'))],
    ...(environment === undefined ? {} : { environment }),
    secrets: [...new Set([...credentialNames(texts, predefined, defined), ...entriesIn(own('secrets')).keys()])].sort(),
    idTokens: [...entriesIn(part('id_tokens')).values()].map(({ key, value }) => ({
      name: key,
      audiences: [...textsIn(partAt(value, 'aud'))],
    })),
    pushes: pushedImages(scripts, knownVariables(repository)),
  };
}

/** On gitlab.com the addresses are known; a server of one's own may have its registry anywhere. */
function knownVariables({ host, path }: RepositoryName): ReadonlyMap<string, string> {
  const known = new Map([['CI_PROJECT_PATH', path]]);
  if (host === 'gitlab.com') {
    known.set('CI_REGISTRY', 'registry.gitlab.com');
    known.set('CI_REGISTRY_IMAGE', `registry.gitlab.com/${path}`);
  }
  return known;
}

/** The job and what it extends, the nearest first; each once, because what comes again says nothing new. */
function extended(part: Marked, root: MarkedMap, depth: number, seen = new Set<Marked>()): readonly Marked[] {
  if (depth > maxExtends || seen.has(part)) return [];
  seen.add(part);
  const parents = textsIn(partAt(part, 'extends'));
  // Of several the last one counts most.
  const above = [...parents].reverse().flatMap((name) => {
    const parent = partAt(root, name);
    return parent === undefined ? [] : extended(parent, root, depth + 1, seen);
  });
  return [part, ...above];
}

/** `rules` and `only` in plain words; a rule that cannot be told is told as it is written. */
function triggersOf(part: Marked | undefined): CiJob['triggers'] {
  const rules = itemsIn(partAt(part, 'rules')).flatMap((rule) => {
    if (textAtPart(rule, 'when') === 'never') return [];
    const condition = textAtPart(rule, 'if');
    return [condition === undefined ? { event: 'any', branches: [] } : conditional(condition)];
  });
  if (rules.length > 0) return rules;
  const only = partAt(part, 'only');
  const refs = only?.kind === 'map' ? textsIn(partAt(only, 'refs')) : textsIn(only);
  return refs.map((ref) => keywords[ref] ?? { event: 'push', branches: [ref] });
}

const keywords: Readonly<Record<string, { event: string; branches: string[] }>> = {
  api: { event: 'api', branches: [] },
  branches: { event: 'push', branches: [] },
  external_pull_requests: { event: 'external_pull_request', branches: [] },
  merge_requests: { event: 'merge_request', branches: [] },
  pipelines: { event: 'pipeline', branches: [] },
  pushes: { event: 'push', branches: [] },
  schedules: { event: 'schedule', branches: [] },
  tags: { event: 'tag', branches: [] },
  triggers: { event: 'trigger', branches: [] },
  web: { event: 'web', branches: [] },
};

function conditional(condition: string): { event: string; branches: string[] } {
  const source = /\$CI_PIPELINE_SOURCE\s*==\s*["']([\w-]{1,40})["']/.exec(condition)?.[1];
  if (source === 'merge_request_event' || /\$CI_MERGE_REQUEST_(?:IID|ID)\b/.test(condition))
    return { event: 'merge_request', branches: [] };
  if (/\$CI_COMMIT_TAG\b/.test(condition) && !/\$CI_COMMIT_TAG\s*==\s*null/.test(condition))
    return { event: 'tag', branches: [] };
  if (source !== undefined) return { event: source, branches: [] };
  const branch = /\$CI_COMMIT_(?:BRANCH|REF_NAME)\s*==\s*(?:["']([^"'\s]{1,200})["']|(\$CI_DEFAULT_BRANCH))/.exec(
    condition,
  );
  if (branch !== null) return { event: 'push', branches: [branch[1] ?? branch[2] ?? ''] };
  return { event: 'any', branches: [] };
}
