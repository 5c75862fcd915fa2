import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { brokenOffAfter, refusedBy } from '../../../exchange/outcome.ts';
import { field, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { basePath, changeOf, type Desk, deskOf, gitNode, inRepository, send, type Write } from './exchange/desk.ts';
import { impactOf, interruptWorkflows } from './impact/legitimate-use.ts';

const params = inRepository.extend({
  /** Only runs of this workflow; of all when absent. */
  workflow: z
    .string()
    .regex(/^\.github\/workflows\/[^/\p{Cc}]{1,200}$/u, 'not the path of a workflow')
    .optional(),
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** Runs that have not ended, the oldest first. */
  runs: z.array(z.object({ id: z.number().int(), status: z.string() })),
});
type Before = z.infer<typeof before>;

const underWay = ['in_progress', 'queued', 'requested', 'waiting', 'pending'] as const;
const id = (of: Params) => gitNode('Repository', of);
const what = (of: Params) => (of.workflow === undefined ? of.repository : `${of.workflow} of ${of.repository}`);

const cancel = (of: Params, run: number): Write => ({
  verb: 'patch',
  object: id(of),
  method: 'POST',
  path: `${basePath(of)}/actions/runs/${run}/cancel`,
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const file = of.workflow?.split('/').at(-1);
  const base = `${basePath(of)}/actions/${file === undefined ? '' : `workflows/${encodeURIComponent(file)}/`}runs`;
  const runs = new Map<number, string>();
  for (const status of underWay)
    for (const run of await desk.list(`${base}?status=${status}`, 'workflow_runs')) {
      const number = field(run, 'id');
      if (typeof number === 'number') runs.set(number, textAt(run, 'status') ?? status);
    }
  return { runs: [...runs].map(([number, status]) => ({ id: number, status })).sort((a, b) => a.id - b.id) };
}

/** What runs is stopped; it does not keep the next event from starting another: see `github.disable-workflow`. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.cancel-runs',
  title: 'Cancel workflow runs',
  stage: 'eviction',
  targetKinds: ['Repository'],
  params,
  before,
  permissions: ['actions: write'],
  target: (of) => ({ kind: 'Repository', id: id(of), name: of.repository }),
  describe: (of) => `Cancel every run of ${what(of)} that is queued or under way.`,
  undoes: () => 'A run that was cancelled is started anew, from its beginning, by whoever wants it.',
  drastic: () => true,
  takes: () => 60,
  impact: (of, estate) =>
    impactOf(
      'cancel-runs',
      interruptWorkflows(estate, of, 'A run of it that is under way ends unfinished.', ({ data }) =>
        of.workflow === undefined ? true : data.path === of.workflow,
      ),
    ),
  read: async (attempt, of) => ({ record: await read(await deskOf(attempt, of), of) }),
  preview: (of, { runs }) => runs.map((run) => changeOf(cancel(of, run.id))),
  /** Each run that there is now once: it takes a while to end, and others may have begun since. */
  async apply(attempt, of) {
    let isFirst = true;
    try {
      const desk = await deskOf(attempt, of);
      for (const run of (await read(desk, of)).runs) {
        const outcome = await send(desk, cancel(of, run.id));
        const ended = outcome.outcome === 'refused' && outcome.code === 'FB-STEP-CHANGED';
        if (outcome.outcome !== 'done' && !ended) return isFirst ? outcome : brokenOffAfter(outcome);
        isFirst = false;
      }
    } catch (error) {
      return isFirst ? refusedBy(error) : brokenOffAfter(refusedBy(error));
    }
    return { outcome: 'done' };
  },
  inEffect: ({ runs }) => runs.length === 0,
  // Runs end and begin by themselves; whatever there is can be cancelled.
  isHalfway: () => true,
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { runs } = await read(await deskOf(attempt, of), of);
    return [
      {
        what: `No run of ${what(of)} is under way`,
        result: runs.length === 0 ? 'holds' : 'fails',
        evidence: `${runs.length} runs have not ended.`,
      },
    ];
  },
  reversal: {
    kind: 'none',
    because: 'what a run had done and held in memory is gone with it; it can only be started anew',
  },
});
