/**
 * A workflow or action file of GitHub as a fact: the file's own structure, with the place of everything that somebody may
 * want to point at. What must stay true:
 *
 * - order and spelling are the file's; nothing is evaluated, expressions stand in texts as written (`${{ … }}`);
 * - `on` is a key and not a boolean, keys are text, and a scalar's value is what GitHub reads it as (`null` is empty text);
 * - aliases are written out, so every part is where it is used, at the place of what it repeats;
 * - values that look like credentials are blotted out by the connector, character for character, so that places stay true.
 */
import { z } from 'zod';
import { plainText, repositoryName, type SourceMark, sourceEntry, sourceMark, sourceText } from './ci.ts';

const mark = sourceMark.shape;

/** How fixed the thing is that a `uses:` names. */
export const workflowUses = z.object({
  /** As written. */
  text: sourceText,
  kind: z.enum(['repository', 'local', 'docker', 'expression']),
  /** Of a repository; in lower case, as GitHub folds it. */
  owner: z.string().optional(),
  name: z.string().optional(),
  /** Folder of the action or file of the workflow below the repository; for `local` the path in our own, `` for its root. */
  path: z.string().optional(),
  /** What stands behind `@`, or an image's tag or digest. */
  ref: z.string().optional(),
  /**
   * `sha`: a full commit id or an image digest, which nobody can move. `tag` and `branch` are told apart by how such names
   * look (`v1.2`, `main`); both can be moved. `none`: nothing stands behind it.
   */
  refKind: z.enum(['sha', 'tag', 'branch', 'expression', 'none']),
});
export type WorkflowUses = z.infer<typeof workflowUses>;

export const workflowPermissions = z.object({
  ...mark,
  /** `read-all`, `write-all`, or `{}` which is none. */
  all: z.enum(['read', 'write', 'none']).optional(),
  scopes: z.array(z.object({ name: z.string(), ...mark, access: z.enum(['read', 'write', 'none']) })),
});
export type WorkflowPermissions = z.infer<typeof workflowPermissions>;

const input = z.object({
  name: z.string(),
  ...mark,
  type: z.string().optional(),
  required: z.boolean().optional(),
  default: sourceText.optional(),
  options: z.array(sourceText),
});

/** One event of `on:` with its filters; an absent filter is an empty list. */
export const workflowTrigger = z.object({
  event: z.string(),
  ...mark,
  types: z.array(sourceText),
  branches: z.array(sourceText),
  branchesIgnore: z.array(sourceText),
  tags: z.array(sourceText),
  tagsIgnore: z.array(sourceText),
  paths: z.array(sourceText),
  pathsIgnore: z.array(sourceText),
  /** Of `workflow_run`: names of workflows. */
  workflows: z.array(sourceText),
  /** Of `schedule`. */
  cron: z.array(sourceText),
  inputs: z.array(input),
  outputs: z.array(sourceEntry),
  /** Names of the secrets that a reusable workflow takes. */
  secrets: z.array(z.object({ name: z.string(), ...mark, required: z.boolean().optional() })),
});
export type WorkflowTrigger = z.infer<typeof workflowTrigger>;

const container = z.object({
  ...mark,
  /** Absent where the file names none. */
  image: sourceText.optional(),
  /** The service's name; absent for the job's own container. */
  name: z.string().optional(),
  env: z.array(sourceEntry),
  credentials: z.array(sourceEntry),
  options: sourceText.optional(),
  volumes: z.array(sourceText),
});

/** One dimension of a matrix, or one entry of `include`/`exclude`. A dimension may be an expression: `text`. */
const dimension = z.object({ key: z.string(), ...mark, values: z.array(sourceText), text: sourceText.optional() });

const strategy = z.object({
  ...mark,
  /** The whole matrix is an expression. */
  expression: sourceText.optional(),
  dimensions: z.array(dimension),
  include: z.array(z.array(sourceEntry)),
  exclude: z.array(z.array(sourceEntry)),
});

const concurrency = z.object({ ...mark, group: sourceText.optional(), cancelInProgress: sourceText.optional() });
const runDefaults = z.object({ ...mark, shell: sourceText.optional(), workingDirectory: sourceText.optional() });

export const workflowStep = z.object({
  ...mark,
  id: sourceText.optional(),
  name: sourceText.optional(),
  if: sourceText.optional(),
  uses: workflowUses.optional(),
  run: sourceText.optional(),
  shell: sourceText.optional(),
  workingDirectory: sourceText.optional(),
  with: z.array(sourceEntry),
  env: z.array(sourceEntry),
  continueOnError: sourceText.optional(),
});
export type WorkflowStep = z.infer<typeof workflowStep>;

export const workflowJob = z.object({
  id: plainText,
  ...mark,
  name: sourceText.optional(),
  if: sourceText.optional(),
  needs: z.array(sourceText),
  runsOn: z.object({ ...mark, labels: z.array(sourceText), group: sourceText.optional() }).optional(),
  environment: z.object({ name: sourceText, url: sourceText.optional() }).optional(),
  permissions: workflowPermissions.optional(),
  env: z.array(sourceEntry),
  defaults: runDefaults.optional(),
  strategy: strategy.optional(),
  container: container.optional(),
  services: z.array(container),
  outputs: z.array(sourceEntry),
  concurrency: concurrency.optional(),
  timeoutMinutes: sourceText.optional(),
  continueOnError: sourceText.optional(),
  /** Steps that run side by side (`parallel:`) stand in their order. */
  steps: z.array(workflowStep),
  /** A reusable workflow that the job calls, with what it hands on. */
  uses: workflowUses.optional(),
  with: z.array(sourceEntry),
  secrets: z.array(sourceEntry),
  secretsInherit: sourceMark.optional(),
});
export type WorkflowJob = z.infer<typeof workflowJob>;

export const githubWorkflow = z.object({
  repository: repositoryName,
  /** `.github/workflows/ci.yml` */
  path: plainText,
  name: sourceText.optional(),
  runName: sourceText.optional(),
  on: z.array(workflowTrigger),
  /** Where `on` stands. */
  onMark: sourceMark,
  permissions: workflowPermissions.optional(),
  env: z.array(sourceEntry),
  defaults: runDefaults.optional(),
  concurrency: concurrency.optional(),
  jobs: z.array(workflowJob),
  /** Where `jobs` stands. */
  jobsMark: sourceMark,
});
export type GithubWorkflow = z.infer<typeof githubWorkflow>;

export const githubAction = z.object({
  repository: repositoryName,
  /** `action.yml` or `some/folder/action.yml` */
  path: plainText,
  name: sourceText.optional(),
  inputs: z.array(input),
  outputs: z.array(sourceEntry),
  /** `composite`, `docker`, `node24`, … */
  using: sourceText,
  /** Of a composite action. */
  steps: z.array(workflowStep),
  /** Of a container action: `Dockerfile` or `docker://…`. */
  image: sourceText.optional(),
  env: z.array(sourceEntry),
});
export type GithubAction = z.infer<typeof githubAction>;

/** The line and column of an offset into a text's value: exact for block scalars and for plain and quoted text on one line. */
export function markWithin(text: z.infer<typeof sourceText>, offset: number): SourceMark {
  const before = text.value.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  const lines = lastBreak < 0 ? 0 : before.split('\n').length - 1;
  const column = offset - (lastBreak + 1);
  if (text.indent !== undefined) return { line: text.line + 1 + lines, column: text.indent + column + 1 };
  const quote = text.style === 'plain' ? 0 : 1;
  return lines === 0
    ? { line: text.line, column: text.column + quote + column }
    : { line: text.line + lines, column: column + 1 };
}
