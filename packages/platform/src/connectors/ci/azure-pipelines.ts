/** Azure Pipelines (YAML schema): stages, jobs and deployments, however deep the file goes. */
import type { CiJob, CiPipeline } from '@firebreak/contract';
import { entriesIn, itemsIn, partAt, scalarsBelow, textAtPart, textsIn } from '../../intake/marked-parts.ts';
import type { Marked, MarkedMap } from '../../intake/marked-yaml.ts';
import { credentialNames, pushedImages } from '../../intake/pipeline-text.ts';
import { emptyJob, type Problem, type Read } from './format.ts';
import { fromMapping } from './yaml-file.ts';

export const readAzure = (source: string): Read => fromMapping(source, readRoot);

/** Azure's own variables. */
const own = /^(?:Agent|Build|System|Pipeline|Environment|Strategy)\./i;

function readRoot(root: MarkedMap): Read {
  const problems: Problem[] = [];
  const jobs: CiJob[] = [];
  const top = { pool: partAt(root, 'pool'), groups: groupsOf(root) };
  if (partAt(root, 'extends') !== undefined)
    problems.push({
      code: 'FB-CI-INCLUDE-UNREAD',
      line: root.line,
      reason: 'It extends a template that was not read.',
    });
  const visitJobs = (part: Marked | undefined, pool: Marked | undefined, groups: readonly string[]) => {
    for (const job of itemsIn(part)) {
      if (isTemplate(job, problems)) continue;
      const name = textAtPart(job, 'job') ?? textAtPart(job, 'deployment');
      if (name !== undefined)
        jobs.push(jobOf(job, name, partAt(job, 'pool') ?? pool, [...groups, ...groupsOf(job)], problems));
    }
  };
  for (const stage of itemsIn(partAt(root, 'stages')))
    if (!isTemplate(stage, problems))
      visitJobs(partAt(stage, 'jobs'), partAt(stage, 'pool') ?? top.pool, [...top.groups, ...groupsOf(stage)]);
  visitJobs(partAt(root, 'jobs'), top.pool, top.groups);
  if (partAt(root, 'steps') !== undefined) jobs.push(jobOf(root, 'job', top.pool, top.groups, problems));
  const name = textAtPart(root, 'name');
  return {
    pipeline: { system: 'azure-pipelines', triggers: triggersOf(root), jobs, ...(name === undefined ? {} : { name }) },
    problems,
  };
}

function isTemplate(part: Marked, problems: Problem[]): boolean {
  if (textAtPart(part, 'template') === undefined) return false;
  problems.push({ code: 'FB-CI-INCLUDE-UNREAD', line: part.line, reason: 'A template was not read.' });
  return true;
}

function jobOf(
  part: Marked,
  name: string,
  pool: Marked | undefined,
  groups: readonly string[],
  problems: Problem[],
): CiJob {
  const steps = [partAt(part, 'steps'), partAt(part, 'strategy')];
  for (const step of itemsIn(steps[0])) isTemplate(step, problems);
  const texts = steps.flatMap((each) => [...scalarsBelow(each)]);
  const environment = textAtPart(part, 'environment') ?? textAtPart(part, 'environment', 'name');
  // A pool by name is one's own; one by image is Microsoft's.
  const machine =
    textAtPart(pool, 'name') ?? (textAtPart(pool, 'vmImage') === undefined ? textAtPart(pool) : undefined);
  const image = textAtPart(part, 'container') ?? textAtPart(part, 'container', 'image');
  return {
    ...emptyJob(name, part.line, part.column),
    ...(image === undefined ? {} : { image }),
    ...(environment === undefined ? {} : { environment }),
    runner: machine === undefined || machine === 'Azure Pipelines' ? [] : [machine],
    secrets: [
      ...new Set([
        ...groups.map((group) => `group ${group}`),
        ...connections(steps),
        ...credentialNames(texts, own, new Set()),
      ]),
    ],
    pushes: pushedImages(texts, new Map()),
  };
}

/** Variable groups: the usual place of secrets. */
function groupsOf(part: Marked): readonly string[] {
  return itemsIn(partAt(part, 'variables')).flatMap((each) => textAtPart(each, 'group') ?? []);
}

/** Service connections that tasks sign in with. */
function connections(parts: readonly (Marked | undefined)[]): readonly string[] {
  const inputs =
    /^(?:azureSubscription|connectedServiceName\w*|containerRegistry|dockerRegistryServiceConnection|kubernetesServiceConnection|awsCredentials|serviceConnection)$/i;
  const found = new Set<string>();
  const visit = (part: Marked | undefined, depth: number) => {
    if (part === undefined || depth > 30) return;
    for (const { key, value } of entriesIn(part).values()) {
      const text = textAtPart(value);
      if (inputs.test(key) && text !== undefined) found.add(`connection ${text}`);
      else visit(value, depth + 1);
    }
    if (part.kind === 'list') for (const item of part.items) visit(item, depth + 1);
  };
  for (const part of parts) visit(part, 0);
  return [...found].filter((name) => name.length < 1024);
}

function triggersOf(root: MarkedMap): CiPipeline['triggers'] {
  const triggers: CiPipeline['triggers'] = [];
  for (const [key, event] of [
    ['trigger', 'push'],
    ['pr', 'pull_request'],
  ] as const) {
    const part = partAt(root, key);
    if (textAtPart(part) === 'none') continue;
    const branches = part?.kind === 'map' ? textsIn(partAt(part, 'branches', 'include')) : textsIn(part);
    // Without a word of its own a pipeline runs on pushes; pull requests of GitHub start it as well, unless it says otherwise.
    if (part !== undefined || key === 'trigger') triggers.push({ event, branches: [...branches] });
  }
  if (partAt(root, 'schedules') !== undefined) triggers.push({ event: 'schedule', branches: [] });
  return triggers;
}
