/**
 * What is the same in every pipeline system: where something stands in a file, a checkout of a repository, and a pipeline in
 * the plain words that GitLab CI, Jenkins, CircleCI, Azure Pipelines and Tekton share. GitHub's workflows, of which we know
 * more, are in github-workflow.ts.
 */
import { z } from 'zod';

/** Text that may be shown on one line and put into an id. */
export const plainText = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+$/u, 'not plain text');

/** A Git host with a path on it: what identifies a repository. GitHub's are in lower case. */
export const repositoryName = z.object({
  host: z
    .string()
    .max(260)
    .regex(/^[a-z0-9.-]+(:\d{1,5})?$/, 'not a host'),
  path: z
    .string()
    .max(1024)
    .regex(/^[^\s\p{Cc}\p{Zl}\p{Zp}/]+(\/[^\s\p{Cc}\p{Zl}\p{Zp}/]+)*$/u, 'not the path of a repository'),
});
export type RepositoryName = z.infer<typeof repositoryName>;

const mark = {
  /** 1-based. */
  line: z.number().int().positive(),
  /** 1-based, in UTF-16 units. */
  column: z.number().int().positive(),
};
export const sourceMark = z.object(mark);
export type SourceMark = z.infer<typeof sourceMark>;

/** A scalar of a file. With line, column, style and indent every offset of its value can be found in the file again. */
export const sourceText = z.object({
  value: z.string(),
  ...mark,
  style: z.enum(['plain', 'single', 'double', 'literal', 'folded']),
  /** Columns before the text of a block scalar (`|`, `>`), which begins on the line below. */
  indent: z.number().int().nonnegative().optional(),
  /** The comment behind it, without `#`. */
  comment: z.string().optional(),
});
export type SourceText = z.infer<typeof sourceText>;

/** One `key: value` of a mapping; line and column are those of the key. */
export const sourceEntry = z.object({ key: z.string(), ...mark, text: sourceText });
export type SourceEntry = z.infer<typeof sourceEntry>;

/** A working copy on somebody's disk: that the repository exists, and what its default branch is called. */
export const gitCheckout = z.object({
  repository: repositoryName,
  /** Its path as the remote spells it, where that differs: tokens of GitHub and GitLab name a repository by its own spelling. */
  spelled: plainText.optional(),
  /** As `origin/HEAD` says, else the branch that is checked out; absent when neither does. */
  defaultBranch: plainText.optional(),
});

export const ciSystems = ['gitlab-ci', 'jenkins', 'circleci', 'azure-pipelines', 'tekton'] as const;

export const ciTrigger = z.object({
  /** In the system's own word: `push`, `merge_request`, `schedule`, `tag`, `manual`, `pr`, … */
  event: plainText,
  /** Branches or patterns; empty means all. */
  branches: z.array(z.string()),
});

export const ciJob = z.object({
  name: plainText,
  ...mark,
  /** What has the job run; empty means that the file does not say, so everything that starts the pipeline. */
  triggers: z.array(ciTrigger),
  /** Whether a person has to start it. */
  manual: z.boolean(),
  image: z.string().optional(),
  services: z.array(z.string()),
  /** Tags, labels or the pool of the machine that it wants. */
  runner: z.array(plainText),
  environment: plainText.optional(),
  /** Names of secrets and credentials that it asks for. Never a value. */
  secrets: z.array(plainText),
  /** Names of the tokens that the system signs for it, with whom they are for. */
  idTokens: z.array(z.object({ name: plainText, audiences: z.array(z.string()) })),
  /** Image references that it pushes. */
  pushes: z.array(z.string()),
});
export type CiJob = z.infer<typeof ciJob>;

/** One pipeline file. */
export const ciPipeline = z.object({
  system: z.enum(ciSystems),
  /** Absent where a pipeline is not in a repository that we know (a Tekton object in a cluster). */
  repository: repositoryName.optional(),
  path: plainText,
  name: plainText.optional(),
  triggers: z.array(ciTrigger),
  jobs: z.array(ciJob),
});
export type CiPipeline = z.infer<typeof ciPipeline>;

export const ciFactSchemas = {
  'ci.pipeline': ciPipeline,
  'git.checkout': gitCheckout,
} as const;
