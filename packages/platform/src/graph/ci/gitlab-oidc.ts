/**
 * Subjects of GitLab's ID tokens (docs: "OpenID Connect authentication using ID tokens"):
 * `project_path:{group}/{project}:ref_type:{branch or tag}:ref:{name}`.
 */
import type { Estate } from '@firebreak/contract';
import { repositoryOf } from '../github/repositories.ts';
import type { PipelineJob } from './pipelines.ts';

export interface GitlabSubject {
  readonly subject: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly likelihood: number;
  readonly note?: string;
}

/** Of the branches that the file names, else of the default branch; a name that a variable makes is the default branch's. */
export function gitlabSubjects(estate: Estate, job: PipelineJob): readonly GitlabSubject[] {
  const { repository, triggers } = job;
  const told = repositoryOf(estate, repository);
  const fallback = told?.defaultBranch ?? 'main';
  const known = told?.defaultBranch !== undefined;
  const path = told?.spelled ?? repository.path;
  const named = triggers.flatMap(({ branches }) => branches);
  const written = named.filter((name) => !/^\/|[$*]/.test(name));
  const branches = new Set(written.length > 0 ? written : [fallback]);
  return [...branches].map((ref) => ({
    subject: `project_path:${path}:ref_type:branch:ref:${ref}`,
    claims: {
      project_path: path,
      namespace_path: path.split('/').slice(0, -1).join('/'),
      ref,
      ref_type: 'branch',
    },
    ...(known || written.length > 0
      ? { likelihood: 1 }
      : { likelihood: 0.5, note: 'which branch is the default was not read' }),
  }));
}
