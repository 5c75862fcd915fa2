import { defineAction, githubAccountId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { finalChange } from '../../../exchange/state-change.ts';
import { array, field, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { basePath, type Desk, deskOf, inSource, through, type Write } from './exchange/desk.ts';
import { impactOf, one } from './impact/legitimate-use.ts';
import { weights } from './impact/price.ts';

const params = inSource.extend({ runner: z.number().int().positive() });
type Params = z.infer<typeof params>;
const before = z.object({
  runner: z.object({ name: z.string(), busy: z.boolean(), labels: z.array(z.string()) }).nullable(),
});
type Before = z.infer<typeof before>;

const id = (of: Params) => githubAccountId('Runner', of.host, of.source, String(of.runner));

async function read(desk: Desk, of: Params): Promise<Before> {
  const runners = await desk.list(`${basePath(of)}/actions/runners`, 'runners');
  const found = runners.find((each) => field(each, 'id') === of.runner);
  if (found === undefined) return { runner: null };
  const labels = array(field(found, 'labels')).flatMap((label) => textAt(label, 'name') ?? []);
  return { runner: { name: textAt(found, 'name') ?? '', busy: field(found, 'busy') === true, labels } };
}

/** The machine gets no job any more. It is not cleaned, and what runs on it beside the runner goes on. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.remove-runner',
  title: 'Remove self-hosted runner',
  stage: 'eviction',
  targetKinds: ['Runner'],
  params,
  before,
  permissions: ['administration: write', 'organization_self_hosted_runners: write'],
  target: (of) => ({ kind: 'Runner', id: id(of), name: `runner ${of.runner} of ${of.source}` }),
  describe: (of) => `Remove runner ${of.runner} of ${of.source}: it gets no job any more.`,
  undoes: () => 'The machine is registered again, by a token and a command that run on it.',
  drastic: () => true,
  takes: () => 5,
  impact(of, estate) {
    const fact = estate.get('github.runner', id(of));
    const name = fact?.data.name ?? `runner ${of.runner}`;
    const labels = fact === undefined ? '' : ` for jobs that ask for ${fact.data.labels.slice(0, 5).join(', ')}`;
    const what = `One machine less${labels}; they wait for another.`;
    return impactOf('remove-runner', one({ kind: 'Runner', id: id(of), name }, what, weights.delivery));
  },
  ...finalChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `Runner ${of.runner} of ${of.source}`),
    {
      read,
      isGone: ({ runner }) => runner === null,
      goneIsWanted: true,
      wanted: () => false,
      // GitHub refuses to remove a runner that has a job: cancel that first.
      forward: (_, of) => [
        {
          verb: 'delete',
          object: id(of),
          method: 'DELETE',
          path: `${basePath(of)}/actions/runners/${of.runner}`,
        },
      ],
      steady: () => null,
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { runner } = await read(await deskOf(attempt, of), of);
    return [
      {
        what: `Runner ${of.runner} of ${of.source} gets no job`,
        result: runner === null ? 'holds' : 'fails',
        evidence: runner === null ? 'GitHub does not list it.' : 'GitHub lists it.',
      },
    ];
  },
  reversal: {
    kind: 'none',
    because: 'a runner is registered from its own machine with a new token; GitHub keeps nothing of a removed one',
  },
});
