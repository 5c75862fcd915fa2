/** Commits in the words of the API, cut down to what says who made them: identity, moment, first line, signature. */
import { type Gap, githubFactSchemas, type RepositoryName } from '@firebreak/contract';
import type { z } from 'zod';
import { array, at, field, textAt } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import type { GithubAnswers } from './answers.ts';
import { part } from './reading.ts';

const pageSize = 100;
const mostPages = 10;
const mostTitle = 1000;
const form = githubFactSchemas['github.branch'].shape.commit;

/** Undefined for what is no commit. What is too long of a signature is left out, and with it what GitHub says of it. */
export function commitOf(value: unknown): z.infer<typeof form> {
  const verification = at(value, 'commit', 'verification');
  const data = {
    sha: field(value, 'sha'),
    commit: {
      message: (textAt(value, 'commit', 'message') ?? '').split('\n')[0]?.slice(0, mostTitle),
      committer: { date: textAt(value, 'commit', 'committer', 'date') },
    },
  };
  const whole = form.safeParse({ ...data, commit: { ...data.commit, verification } });
  return whole.success ? whole.data : form.safeParse(data).data;
}

/** Those of a branch that were made since a moment, newest first, and what is missing of them. */
export async function commitsSince(
  answers: GithubAnswers,
  repository: RepositoryName,
  branch: string,
  since: Date,
  signal: AbortSignal,
): Promise<{ readonly commits: readonly unknown[]; readonly gaps: readonly Gap[] }> {
  const base = `/repos/${repository.path.split('/').map(part).join('/')}/commits`;
  const query = `sha=${part(branch)}&since=${part(since.toISOString())}&per_page=${pageSize}`;
  const commits: unknown[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const answer = await answers.get(`${base}?${query}&page=${page}`, signal);
    if (!answer.ok) return { commits, gaps: [answer.gap(['github.branch'])] };
    const items = array(answer.value);
    commits.push(...items.flatMap((item) => commitOf(item) ?? []));
    if (items.length < pageSize) return { commits, gaps: [] };
  }
  const reason = `More than ${mostPages * pageSize} commits were made to ${branch}; the newest are judged.`;
  return { commits, gaps: [gap('FB-LIMIT-REACHED', ['github.branch'], `${answers.address}${base}`, reason)] };
}
