import { setTimeout } from 'node:timers/promises';
import { awsId, defineAction, FirebreakError, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { array, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { type Desk, deskOf, nameOf, regionOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(
      /^arn:[^:]+:sagemaker:[a-z0-9-]+:\d{12}:notebook-instance\/[a-zA-Z0-9-]{1,63}$/,
      'a notebook instance',
    ),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({ /** Null when there is none. */ status: z.string().nullable() });
type Before = z.infer<typeof before>;

const write = (of: Params, operation: string): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 'sagemaker',
  operation,
  region: regionOf(of.arn),
  input: { NotebookInstanceName: nameOf(of.arn) },
});

async function read(desk: Desk, { arn }: Params): Promise<Before> {
  const name = nameOf(arn);
  const answer = await desk.get('sagemaker', 'ListNotebookInstances', { NameContains: name }, regionOf(arn));
  const found = array(answer?.NotebookInstances).find((each) => textAt(each, 'NotebookInstanceName') === name);
  return { status: textAt(found, 'NotebookInstanceStatus') ?? null };
}

const off: ReadonlySet<string> = new Set(['Stopping', 'Stopped', 'Failed']);
const isOff = ({ status }: Before) => status === null || off.has(status);
/** How long the probe waits for it to have stopped, and how often it looks. */
const patience = { looks: 8, ms: 3000 };

/** Stops a notebook instance; what lies on its volume stays, what is in memory does not. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.stop-notebook',
  title: 'Stop notebook instance',
  stage: 'eviction',
  targetKinds: ['NotebookInstance'],
  params,
  before,
  permissions: [
    'sagemaker:ListNotebookInstances *',
    'sagemaker:StopNotebookInstance arn:*:sagemaker:*:*:notebook-instance/*',
    'sagemaker:StartNotebookInstance arn:*:sagemaker:*:*:notebook-instance/*',
  ],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Stop notebook instance ${nameOf(of.arn)}. Its volume stays; what is in memory is lost. Whoever may start it can.`,
  undoes: (of) => `Notebook instance ${nameOf(of.arn)} is started again.`,
  drastic: () => false,
  takes: () => 120,
  impact: (of, estate) =>
    impactOf('stop-notebook', interruptThing(estate, awsId(of.arn), 'Work in it ends, and what is not saved is lost.')),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ status }) => status === null,
    goneIsWanted: true,
    objection: ({ status }) => (status === 'Pending' || status === 'Updating' ? `It is ${status}: later.` : undefined),
    wanted: isOff,
    forward: (_, of) => [write(of, 'StopNotebookInstance')],
    back: (now, of) =>
      now.status === 'Stopping'
        ? refused('FB-AWS-CONFLICT', 'It is still stopping.', true)
        : now.status === null
          ? refused('FB-AWS-GONE', 'It was deleted since.')
          : [write(of, 'StartNotebookInstance')],
    matter: (state) => ({ there: state.status !== null, off: isOff(state) }),
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of.account);
    let { status } = await read(desk, of);
    for (let looks = 0; status === 'Stopping' && looks < patience.looks; looks += 1) {
      await setTimeout(patience.ms, undefined, { signal: attempt.signal }).catch((cause: unknown) => {
        throw new FirebreakError('FB-CANCELLED', 'A probe was waiting.', { cause });
      });
      ({ status } = await read(desk, of));
    }
    const result = status === null || status === 'Stopped' || status === 'Failed' ? 'holds' : 'fails';
    return [
      {
        what: `Notebook instance ${nameOf(of.arn)} does not run`,
        result: status === 'Stopping' ? 'cannot-tell' : result,
        evidence: status === null ? 'There is no such instance.' : `Its status is ${status}.`,
      },
    ];
  },
});
