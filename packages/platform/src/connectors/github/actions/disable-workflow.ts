import { defineAction, type ProbeResult, workflowId } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { at, text, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { readWorkflow } from '../workflow/read-workflow.ts';
import {
  basePath,
  type Desk,
  deskOf,
  inRepository,
  repositoryName,
  through,
  trial,
  type Write,
} from './exchange/desk.ts';
import { impactOf, interruptWorkflows } from './impact/legitimate-use.ts';

const params = inRepository.extend({
  /** `.github/workflows/ci.yml` */
  workflow: z.string().regex(/^\.github\/workflows\/[^/\p{Cc}]{1,200}$/u, 'not the path of a workflow'),
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when the repository has no such workflow. */
  state: z.string().nullable(),
});
type Before = z.infer<typeof before>;

const id = (of: Params) => workflowId(repositoryName(of), of.workflow);
/** GitHub takes the name of the file for its number. */
const address = (of: Params) =>
  `${basePath(of)}/actions/workflows/${encodeURIComponent(of.workflow.split('/').at(-1) ?? '')}`;
const write = (of: Params, verb: 'disable' | 'enable'): Write => ({
  verb: 'patch',
  object: id(of),
  method: 'PUT',
  path: `${address(of)}/${verb}`,
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const workflows = await desk.list(`${basePath(of)}/actions/workflows`, 'workflows');
  const found = workflows.find((each) => textAt(each, 'path') === of.workflow);
  return { state: textAt(found, 'state') ?? null };
}
const isOff = (state: string | null) => state?.startsWith('disabled') === true || state === 'deleted';

/** A workflow that nothing starts any more. Runs that are under way go on: see `github.cancel-runs`. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.disable-workflow',
  title: 'Disable workflow',
  stage: 'delivery',
  targetKinds: ['Workflow'],
  params,
  before,
  permissions: ['actions: write', 'contents: read'],
  target: (of) => ({ kind: 'Workflow', id: id(of), name: of.workflow }),
  describe: (of) =>
    `Disable ${of.workflow} of ${of.repository}: no event starts it. Whoever may write to the repository can enable it again.`,
  undoes: (of) =>
    `${of.workflow} of ${of.repository} is enabled again; events that came meanwhile are not caught up on.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'disable-workflow',
      interruptWorkflows(estate, of, 'No event starts it.', (fact) => fact.data.path === of.workflow),
    ),
  ...stateChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `${of.workflow} of ${of.repository}`),
    {
      read,
      isGone: ({ state }) => state === null,
      goneIsWanted: true,
      wanted: ({ state }) => isOff(state),
      forward: (_, of) => [write(of, 'disable')],
      back: (now, of) =>
        now.state === null
          ? refused('FB-UNDO-CHANGED', `${of.workflow} was deleted from the repository since.`)
          : [write(of, 'enable')],
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of);
    const { state } = await read(desk, of);
    const what = `${of.workflow} cannot be started`;
    const readBack: ProbeResult = {
      what: `${of.workflow} is disabled`,
      result: state === null || isOff(state) ? 'holds' : 'fails',
      evidence: `GitHub shows it as ${state ?? 'not there'}.`,
    };
    // A workflow that is on would really run.
    if (readBack.result === 'fails' || state === null) return [readBack];
    const branch = await startable(desk, of);
    if (branch === undefined)
      return [readBack, { what, result: 'cannot-tell', evidence: 'It is none that can be started by hand.' }];
    const { reply, shown } = await trial(desk, {
      method: 'POST',
      path: `${address(of)}/dispatches`,
      json: { ref: branch },
    });
    const evidence = `Starting it by hand on ${branch} got ${shown}.`;
    if (reply.ok) return [readBack, { what, result: 'fails', evidence }];
    const isRefused = reply.status === 422 || reply.status === 409 || reply.status === 403;
    return [readBack, { what, result: isRefused && reply.failure !== 'throttled' ? 'holds' : 'cannot-tell', evidence }];
  },
});

/** The default branch, if the workflow on it can be started by hand without inputs. */
async function startable(desk: Desk, of: Params): Promise<string | undefined> {
  const branch = textAt(await desk.get(basePath(of)), 'default_branch');
  const path = of.workflow.split('/').map(encodeURIComponent).join('/');
  const content = text(at(await desk.find(`${basePath(of)}/contents/${path}`), 'content'));
  if (branch === undefined || content === undefined) return undefined;
  const source = Buffer.from(content, 'base64').toString('utf8');
  const { value } = readWorkflow(source, repositoryName(of), of.workflow);
  const byHand = value?.on.find(({ event }) => event === 'workflow_dispatch');
  return byHand === undefined || byHand.inputs.some(({ required }) => required === true) ? undefined : branch;
}
