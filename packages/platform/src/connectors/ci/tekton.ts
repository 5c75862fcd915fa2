/**
 * Tekton files that lie in a repository: tasks with their steps, pipelines that hold tasks, and the annotations by which
 * Pipelines-as-Code says when a run starts. What a cluster holds of Tekton is the kubernetes connector's.
 */
import type { CiJob, CiPipeline } from '@firebreak/contract';
import { itemsIn, partAt, scalarsBelow, textAtPart } from '../../intake/marked-parts.ts';
import { type Marked, type MarkedMap, readMarkedYaml } from '../../intake/marked-yaml.ts';
import { credentialNames, pushedImages } from '../../intake/pipeline-text.ts';
import { emptyJob, type Problem, type Read } from './format.ts';

export function readTekton(source: string): Read {
  const problems: Problem[] = [];
  const jobs: CiJob[] = [];
  const triggers: CiPipeline['triggers'] = [];
  let name: string | undefined;
  let line = 1;
  for (const written of source.split(/^---(?:[ \t].*)?$/m)) {
    const first = line;
    line += written.split('\n').length - 1;
    const document = readMarkedYaml(written);
    if (!document.ok) problems.push({ code: document.code, line: first + document.line - 1, reason: document.reason });
    else if (document.root?.kind === 'map' && isTekton(document.root)) {
      name ??= textAtPart(document.root, 'metadata', 'name') ?? textAtPart(document.root, 'metadata', 'generateName');
      jobs.push(...jobsOf(document.root, first - 1, problems));
      triggers.push(...triggersOf(document.root));
    }
  }
  if (jobs.length === 0 && triggers.length === 0) return { problems };
  return { pipeline: { system: 'tekton', triggers, jobs, ...(name === undefined ? {} : { name }) }, problems };
}

function isTekton(root: MarkedMap): boolean {
  return (textAtPart(root, 'apiVersion') ?? '').startsWith('tekton.dev/');
}

function jobsOf(root: MarkedMap, offset: number, problems: Problem[]): readonly CiJob[] {
  const spec = partAt(root, 'spec');
  const account = textAtPart(spec, 'serviceAccountName') ?? textAtPart(spec, 'taskRunTemplate', 'serviceAccountName');
  const runner = account === undefined ? [] : [`service account ${account}`];
  const inline = partAt(spec, 'pipelineSpec') ?? partAt(spec, 'taskSpec') ?? spec;
  const tasks = [...itemsIn(partAt(inline, 'tasks')), ...itemsIn(partAt(inline, 'finally'))];
  const own = partAt(inline, 'steps') === undefined ? [] : [inline];
  const named = textAtPart(root, 'metadata', 'name') ?? textAtPart(root, 'kind') ?? 'task';
  return [
    ...tasks.flatMap((task) => {
      const body = partAt(task, 'taskSpec');
      const name = textAtPart(task, 'name') ?? named;
      if (body !== undefined) return [jobOf(body, name, runner, offset)];
      problems.push({ code: 'FB-CI-INCLUDE-UNREAD', line: task.line + offset, reason: 'A task is defined elsewhere.' });
      return [{ ...emptyJob(name, task.line + offset, task.column), runner: [...runner] }];
    }),
    ...own.map((body) => jobOf(body ?? root, named, runner, offset)),
  ];
}

function jobOf(body: Marked, name: string, runner: readonly string[], offset: number): CiJob {
  const steps = itemsIn(partAt(body, 'steps'));
  const images = steps.flatMap((step) => textAtPart(step, 'image') ?? []);
  const scripts = steps.flatMap((step) => [
    textAtPart(step, 'script') ?? '',
    // Kaniko and its kin are called by arguments.
    [...scalarsBelow(partAt(step, 'command')), ...scalarsBelow(partAt(step, 'args'))].join(' '),
  ]);
  const secrets = [...steps, ...itemsIn(partAt(body, 'volumes'))].flatMap((part) => [...secretNames(part, 0)]);
  const [image, ...services] = images;
  return {
    ...emptyJob(name, body.line + offset, body.column),
    ...(image === undefined ? {} : { image }),
    services,
    runner: [...runner],
    secrets: [
      ...new Set([
        ...secrets,
        ...credentialNames(scripts, /^(?:params|workspaces|tasks|context|results)\b/, new Set()),
      ]),
    ],
    pushes: pushedImages(scripts, new Map()),
  };
}

/** `secretKeyRef.name`, `secretRef.name`, `secret.secretName`. */
function* secretNames(part: Marked, depth: number): Generator<string> {
  if (depth > 30) return;
  if (part.kind === 'list') for (const item of part.items) yield* secretNames(item, depth + 1);
  if (part.kind !== 'map') return;
  for (const { key, value } of part.entries) {
    const name = key === 'secretKeyRef' || key === 'secretRef' ? textAtPart(value, 'name') : undefined;
    const mounted = key === 'secret' ? textAtPart(value, 'secretName') : undefined;
    if (name !== undefined) yield name;
    else if (mounted !== undefined) yield mounted;
    else yield* secretNames(value, depth + 1);
  }
}

function triggersOf(root: MarkedMap): CiPipeline['triggers'] {
  const annotations = partAt(root, 'metadata', 'annotations');
  const listed = (name: string) =>
    (textAtPart(annotations, `pipelinesascode.tekton.dev/${name}`) ?? '')
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map((each) => each.trim().replace(/^["']|["']$/g, ''))
      .filter((each) => each !== '');
  const branches = listed('on-target-branch');
  return listed('on-event').map((event) => ({ event, branches }));
}
