import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import { field, textAt } from '../../../intake/foreign.ts';
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

const before = z.object({
  default_workflow_permissions: z.enum(['read', 'write']),
  can_approve_pull_request_reviews: z.boolean(),
});
type Before = z.infer<typeof before>;

const id = (of: InRepository) => gitNode('Repository', of);
const address = (of: InRepository) => `${basePath(of)}/actions/permissions/workflow`;
const put = (of: InRepository, json: Before): Write => ({
  verb: 'patch',
  object: id(of),
  method: 'PUT',
  path: address(of),
  json,
});
const narrow: Before = { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false };

async function read(desk: Desk, of: InRepository): Promise<Before> {
  const told = await desk.get(address(of));
  return before.parse({
    default_workflow_permissions: textAt(told, 'default_workflow_permissions'),
    can_approve_pull_request_reviews: field(told, 'can_approve_pull_request_reviews') === true,
  });
}
const isNarrow = (state: Before) =>
  state.default_workflow_permissions === 'read' && !state.can_approve_pull_request_reviews;

/** GITHUB_TOKEN of jobs that do not say what they need may only read, and none approves pull requests. */
export default defineAction<InRepository, Before, GithubSession>({
  id: 'github.restrict-workflow-token',
  title: 'Restrict default GITHUB_TOKEN',
  stage: 'access',
  targetKinds: ['Repository'],
  params: inRepository,
  before,
  permissions: ['administration: write'],
  target: (of) => ({ kind: 'Repository', id: id(of), name: of.repository }),
  describe: (of) =>
    `Let GITHUB_TOKEN of ${of.repository} only read where a workflow does not say more, and approve no pull request. Jobs with a \`permissions\` block keep what it says.`,
  undoes: (of) => `The default rights of GITHUB_TOKEN of ${of.repository} are as they were.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'restrict-workflow-token',
      interruptWorkflows(
        estate,
        of,
        'Jobs of it that write with GITHUB_TOKEN without saying so are refused.',
        ({ data }) => data.jobs.some((job) => (job.permissions ?? data.permissions) === undefined),
      ),
    ),
  ...stateChange<InRepository, Before, GithubSession, Desk, Write>(
    through((of) => `GITHUB_TOKEN of ${of.repository}`),
    {
      read,
      isGone: () => false,
      wanted: isNarrow,
      forward: (_, of) => [put(of, narrow)],
      back: (_, of, was) => [put(of, was)],
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const state = await read(await deskOf(attempt, of), of);
    const may = state.can_approve_pull_request_reviews ? 'may' : 'may not';
    return [
      {
        what: `GITHUB_TOKEN of ${of.repository} only reads by default`,
        result: isNarrow(state) ? 'holds' : 'fails',
        evidence: `By default it may ${state.default_workflow_permissions}, and ${may} approve pull requests. Only a run can show more.`,
      },
    ];
  },
});
