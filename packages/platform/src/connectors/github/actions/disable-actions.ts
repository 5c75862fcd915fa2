import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, field, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import {
  basePath,
  type Desk,
  deskOf,
  gitNode,
  type InRepository,
  inRepository,
  through,
  type Write,
} from './exchange/desk.ts';
import { impactOf, interruptWorkflows } from './impact/legitimate-use.ts';

const selected = z.object({
  github_owned_allowed: z.boolean().optional(),
  verified_allowed: z.boolean().optional(),
  patterns_allowed: z.array(z.string()).optional(),
});
const before = z.object({
  permissions: z.object({
    enabled: z.boolean(),
    allowed_actions: z.string().optional(),
    sha_pinning_required: z.boolean().optional(),
  }),
  /** Which actions, where only some may be used. */
  selected: selected.nullable(),
});
type Before = z.infer<typeof before>;

const id = (of: InRepository) => gitNode('Repository', of);
const settings = (of: InRepository) => `${basePath(of)}/actions/permissions`;
const put = (of: InRepository, path: string, json: unknown): Write => ({
  verb: 'patch',
  object: id(of),
  method: 'PUT',
  path,
  json,
});

async function read(desk: Desk, of: InRepository): Promise<Before> {
  const told = await desk.get(settings(of));
  const permissions = before.shape.permissions.parse({
    enabled: field(told, 'enabled') === true,
    allowed_actions: textAt(told, 'allowed_actions'),
    sha_pinning_required: field(told, 'sha_pinning_required'),
  });
  if (permissions.allowed_actions !== 'selected') return { permissions, selected: null };
  const some = await desk.get(`${settings(of)}/selected-actions`);
  return {
    permissions,
    selected: selected.parse({
      github_owned_allowed: field(some, 'github_owned_allowed'),
      verified_allowed: field(some, 'verified_allowed'),
      patterns_allowed: array(field(some, 'patterns_allowed')).filter((each) => typeof each === 'string'),
    }),
  };
}

/** No workflow of the repository starts, whoever pushes what. Runs that are under way go on: see `github.cancel-runs`. */
export default defineAction<InRepository, Before, GithubSession>({
  id: 'github.disable-actions',
  title: 'Disable Actions for repository',
  stage: 'delivery',
  targetKinds: ['Repository'],
  params: inRepository,
  before,
  permissions: ['administration: write'],
  target: (of) => ({ kind: 'Repository', id: id(of), name: of.repository }),
  describe: (of) =>
    `Disable Actions for ${of.repository}: no workflow starts, on any branch. Whoever administers it can enable them again.`,
  undoes: (of) =>
    `Actions of ${of.repository} are enabled again as they were; events that came meanwhile are not caught up on.`,
  drastic: () => true,
  takes: () => 5,
  impact: (of, estate) => impactOf('disable-actions', interruptWorkflows(estate, of, 'No event starts it.')),
  ...stateChange<InRepository, Before, GithubSession, Desk, Write>(
    through((of) => `Actions of ${of.repository}`),
    {
      read,
      isGone: () => false,
      wanted: ({ permissions }) => !permissions.enabled,
      forward: (_, of) => [put(of, settings(of), { enabled: false })],
      back(now, of, was) {
        const writes: Write[] = [];
        if (!same(now.permissions, was.permissions)) writes.push(put(of, settings(of), was.permissions));
        if (was.selected !== null && !same(now.selected, was.selected))
          writes.push(put(of, `${settings(of)}/selected-actions`, was.selected));
        return writes;
      },
      // Enabled again, and what may be used not yet narrowed again.
      between: (now, _, was) =>
        now.permissions.enabled && same(now.permissions, was.permissions) && was.selected !== null,
      // What GitHub tells of the rest while they are off is not what was set.
      matter: (state) => state,
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of);
    const { permissions } = await read(desk, of);
    const runs = await desk.get(`${basePath(of)}/actions/runs?status=in_progress&per_page=1`);
    const under = Number(field(runs, 'total_count') ?? 0);
    return [
      {
        what: `Actions are disabled for ${of.repository}`,
        result: permissions.enabled ? 'fails' : 'holds',
        evidence: `GitHub shows them as ${permissions.enabled ? 'enabled' : 'disabled'}.`,
      },
      {
        what: `No run of ${of.repository} is under way`,
        result: under === 0 ? 'holds' : 'cannot-tell',
        evidence: `${under} runs are in progress; they are not stopped by this.`,
      },
    ];
  },
});

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
