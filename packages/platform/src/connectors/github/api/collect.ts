/**
 * A repository, or everything of an owner, by the API. Repositories are read a few at a time and told in the order of their
 * names; about thirty questions each, so GitHub's 5,000 an hour last for some 160.
 */
import { type Collected, FirebreakError } from '@firebreak/contract';
import { textAt } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { inOrder } from '../../../intake/in-order.ts';
import type { GithubAnswers, Missing } from './answers.ts';
import { hostOf } from './host.ts';
import { readOrganization } from './organization.ts';
import { Pins, pinnedCommits } from './pinned-commits.ts';
import { part } from './reading.ts';
import { readRepository } from './repository.ts';

export interface ApiTarget {
  readonly owner: string;
  readonly repository?: string;
}

const atOnce = 4;

export async function* collectApi(
  answers: GithubAnswers,
  { owner, repository }: ApiTarget,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const pins = new Pins();
  if (repository !== undefined) {
    const path = `/repos/${part(owner)}/${part(repository)}`;
    const told = await answers.get(path, signal);
    if (!told.ok) {
      yield { gap: told.gap(['*']) };
      return;
    }
    const host = hostOf(told.value, answers.address);
    const read = await readRepository(answers, host, told.value, signal);
    for (const collected of read) pins.add(collected);
    yield* read;
    yield* pinnedCommits(answers, host, pins, signal);
    return;
  }
  const organization = await answers.get(`/orgs/${part(owner)}`, signal);
  if (!organization.ok && !organization.absent) {
    yield { gap: organization.gap(['*']) };
    return;
  }
  if (organization.ok)
    yield* await readOrganization(answers, hostOf(organization.value, answers.address), organization.value, signal);
  const path = organization.ok ? `/orgs/${part(owner)}/repos` : `/users/${part(owner)}/repos`;
  const { items, missing } = await answers.list(path, undefined, signal);
  yield* told(missing, organization.ok ? undefined : owner, items.length);
  const sorted = [...items].sort((a, b) => ((textAt(a, 'full_name') ?? '') < (textAt(b, 'full_name') ?? '') ? -1 : 1));
  const one = (each: unknown) => readRepository(answers, hostOf(each, answers.address), each, signal);
  for await (const read of inOrder(sorted, atOnce, one)) {
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'Reading GitHub was stopped.');
    for (const collected of read) pins.add(collected);
    yield* read;
  }
  if (pins.size > 0) yield* pinnedCommits(answers, hostOf(sorted[0], answers.address), pins, signal);
}

function* told(missing: Missing | undefined, user: string | undefined, found: number): Generator<Collected> {
  if (missing !== undefined) yield { gap: missing.gap(['*']) };
  else if (user !== undefined && found === 0)
    yield { gap: gap('FB-SOURCE-EMPTY', ['*'], user, 'GitHub shows no repository of this owner.') };
}
