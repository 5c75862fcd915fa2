/**
 * The files of one repository that decide what its pipelines do: workflows, the actions of its own that they use, CODEOWNERS.
 * Read in the same way from a disk and from the API.
 */
import {
  actionId,
  type Collected,
  type GithubAction,
  type GithubWorkflow,
  githubId,
  type RepositoryName,
  type WorkflowStep,
  workflowId,
} from '@firebreak/contract';
import type { FolderFiles } from '../../../intake/folder-files.ts';
import { gap } from '../../../intake/gap.ts';
import { factOf } from '../fact.ts';
import { type Read, readAction, readWorkflow } from '../workflow/read-workflow.ts';
import { codeownersPaths, codeownersRules } from './codeowners.ts';

const workflowFolder = '.github/workflows';
const maxWorkflows = 2000;
const maxActions = 500;
const kinds = ['github.workflow', 'github.action'];

/** @returns whether all workflow files were read to the end. */
export async function* repositoryFiles(
  repository: RepositoryName,
  files: FolderFiles,
): AsyncGenerator<Collected, boolean> {
  let complete = true;
  const names = await files.list(workflowFolder);
  if ('gap' in names) {
    yield names;
    return false;
  }
  const wanted = new Set<string>(['']);
  const listed = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (listed.length > maxWorkflows) {
    const reason = `It has ${listed.length} workflows; the first ${maxWorkflows} were read.`;
    yield { gap: gap('FB-LIMIT-REACHED', kinds, files.locator(workflowFolder), reason) };
    complete = false;
  }
  for (const name of listed.slice(0, maxWorkflows)) {
    const path = `${workflowFolder}/${name}`;
    const read = await one(path, (source) => readWorkflow(source, repository, path));
    complete &&= read.complete;
    yield* read.gaps;
    if (read.value === undefined) continue;
    yield factOf('github.workflow', workflowId(repository, path), read.value, files.locator(path));
    for (const step of stepsOfWorkflow(read.value)) want(step);
  }
  for (const folder of wanted) {
    if (wanted.size > maxActions) break;
    for (const file of ['action.yml', 'action.yaml']) {
      const path = folder === '' ? file : `${folder}/${file}`;
      const read = await one(path, (source) => readAction(source, repository, path));
      yield* read.gaps;
      complete &&= read.complete;
      if (read.value === undefined) continue;
      yield factOf('github.action', actionId(repository, path), read.value, files.locator(path));
      for (const step of read.value.steps) want(step);
      break;
    }
  }
  yield* codeowners();
  return complete;

  function want({ uses }: WorkflowStep): void {
    // A path that leads out of the repository is none of it.
    if (uses?.kind === 'local' && uses.path !== undefined && !uses.path.split('/').includes('..'))
      wanted.add(uses.path);
  }

  async function one<T extends GithubWorkflow | GithubAction>(
    path: string,
    parse: (source: string) => Read<T>,
  ): Promise<{ readonly value?: T; readonly gaps: readonly Collected[]; readonly complete: boolean }> {
    const source = await files.read(path);
    if (source === undefined) return { gaps: [], complete: true };
    if (typeof source !== 'string') return { gaps: [source], complete: false };
    const { value, problems } = parse(source);
    const gaps = problems.slice(0, 20).map(({ code, line, reason }) => ({
      // What was read around the problem is there; what GitHub refuses does not run.
      gap: gap(code, value === undefined ? kinds : [], `${files.locator(path)} line ${line}`, reason),
    }));
    return { gaps, complete: value !== undefined, ...(value === undefined ? {} : { value }) };
  }

  async function* codeowners(): AsyncGenerator<Collected> {
    for (const path of codeownersPaths) {
      const source = await files.read(path);
      if (source === undefined) continue;
      if (typeof source !== 'string') yield source;
      else {
        const data = { repository, path, rules: codeownersRules(source) };
        yield factOf('github.codeowners', githubId('Codeowners', repository), data, files.locator(path));
      }
      return;
    }
  }
}

function stepsOfWorkflow(workflow: GithubWorkflow): readonly WorkflowStep[] {
  return workflow.jobs.flatMap(({ steps }) => steps);
}
