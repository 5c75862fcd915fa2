/**
 * The text of a workflow or action file → the structure that facts carry. Reading is lenient in the way that keeps danger in
 * sight: what GitHub would refuse is said as a problem, and everything around it is read all the same.
 */
import type { ErrorCode, GithubAction, GithubWorkflow, RepositoryName } from '@firebreak/contract';
import { type Marked, readMarkedYaml } from '../../../intake/marked-yaml.ts';
import { concurrencyOf, defaultsOf, jobOf } from './jobs.ts';
import { defined, entriesOf, mapOf, mapping, markOf, type Problem, type Problems, textOf } from './parts.ts';
import { permissionsOf, stepsOf } from './steps.ts';
import { inputsOf, outputsOf, triggersOf } from './triggers.ts';

export interface Read<T> {
  /** Absent when there is nothing that could run. */
  readonly value?: T;
  readonly problems: readonly (Problem & { readonly code: ErrorCode })[];
}

const workflowKeys = new Set(['name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'jobs']);

/** @param path below the root of the repository, `.github/workflows/ci.yml` */
export function readWorkflow(source: string, repository: RepositoryName, path: string): Read<GithubWorkflow> {
  return read(source, (root, problems) => {
    const fields = mapOf(root);
    for (const { key, line } of fields.values())
      if (!workflowKeys.has(key))
        problems.push({ line, reason: `A workflow has no part that is called like this one.` });
    const on = fields.get('on');
    const jobs = fields.get('jobs');
    if (on === undefined || jobs === undefined) {
      problems.push({ line: root.line, reason: 'It has no `on` or no `jobs`, so it is no workflow.' });
      return undefined;
    }
    const map = mapping(jobs.value, '`jobs`', problems);
    return defined({
      repository,
      path,
      name: textOf(fields.get('name')?.value),
      runName: textOf(fields.get('run-name')?.value),
      on: triggersOf(on.value, problems),
      onMark: markOf(on),
      permissions: permissionsOf(fields.get('permissions')?.value, problems),
      env: entriesOf(fields.get('env')?.value),
      defaults: defaultsOf(fields.get('defaults')?.value),
      concurrency: concurrencyOf(fields.get('concurrency')?.value),
      jobs: (map?.entries ?? []).flatMap((entry) => jobOf(entry, problems) ?? []),
      jobsMark: markOf(jobs),
    });
  });
}

/** @param path of the file: `action.yml`, `tools/build/action.yaml` */
export function readAction(source: string, repository: RepositoryName, path: string): Read<GithubAction> {
  return read(source, (root, problems) => {
    const fields = mapOf(root);
    const runs = mapOf(fields.get('runs')?.value);
    const using = textOf(runs.get('using')?.value);
    if (using === undefined) {
      problems.push({ line: root.line, reason: 'It does not say what it runs with, so it is no action.' });
      return undefined;
    }
    return defined({
      repository,
      path,
      name: textOf(fields.get('name')?.value),
      inputs: inputsOf(fields.get('inputs')?.value),
      outputs: outputsOf(fields.get('outputs')?.value),
      using,
      steps: using.value === 'composite' ? stepsOf(runs.get('steps')?.value, problems) : [],
      image: textOf(runs.get('image')?.value),
      env: entriesOf(runs.get('env')?.value),
    });
  });
}

function read<T>(source: string, build: (root: Marked, problems: Problems) => T | undefined): Read<T> {
  const document = readMarkedYaml(source);
  if (!document.ok) return { problems: [{ code: document.code, line: document.line, reason: document.reason }] };
  const problems: Problems = [];
  const { root } = document;
  if (root?.kind !== 'map') {
    const reason = root === undefined ? 'There is nothing in it.' : 'It is no mapping.';
    return { problems: [{ code: 'FB-CI-FILE-INVALID', line: 1, reason }] };
  }
  const value = build(root, problems);
  return {
    ...(value === undefined ? {} : { value }),
    problems: problems.map((problem) => ({ code: 'FB-CI-FILE-INVALID' as const, ...problem })),
  };
}
