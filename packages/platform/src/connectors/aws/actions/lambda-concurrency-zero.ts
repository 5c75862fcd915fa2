import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { at } from '../../../intake/foreign.ts';
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
    arn: arnParam(/^arn:[^:]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,140}$/, 'a function'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({
  exists: z.boolean(),
  /** Null where none is reserved. */
  reserved: z.number().nullable(),
  /** Seconds that an invocation may take. */
  timeout: z.number().nullable(),
});
type Before = z.infer<typeof before>;

const write = (of: Params, verb: Write['verb'], operation: string, more: object = {}): Write => ({
  verb,
  object: awsId(of.arn),
  service: 'lambda',
  operation,
  region: regionOf(of.arn),
  input: { FunctionName: nameOf(of.arn), ...more },
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const name = { FunctionName: nameOf(of.arn) };
  const settings = await desk.get('lambda', 'GetFunctionConfiguration', name, regionOf(of.arn));
  if (settings === null) return { exists: false, reserved: null, timeout: null };
  const answer = await desk.get('lambda', 'GetFunctionConcurrency', name, regionOf(of.arn));
  const reserved = at(answer, 'ReservedConcurrentExecutions');
  const timeout = at(settings, 'Timeout');
  return {
    exists: true,
    reserved: typeof reserved === 'number' ? reserved : null,
    timeout: typeof timeout === 'number' ? timeout : null,
  };
}

/** Stops a function from being started; its code, settings and triggers stay. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.lambda-concurrency-zero',
  title: 'Stop function',
  stage: 'eviction',
  targetKinds: ['Function'],
  params,
  before,
  permissions: [
    'GetFunctionConfiguration',
    'GetFunctionConcurrency',
    'PutFunctionConcurrency',
    'DeleteFunctionConcurrency',
  ].map((action) => `lambda:${action} arn:*:lambda:*:*:function:*`),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Reserve no concurrency for function ${nameOf(of.arn)}: every start is throttled. Invocations that run go on until their timeout; asynchronous events wait up to six hours.`,
  undoes: (of) => `Function ${nameOf(of.arn)} has the reserved concurrency that it had, or none.`,
  drastic: () => true,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'lambda-concurrency-zero',
      interruptThing(estate, awsId(of.arn), 'It is not started any more.', 'service'),
    ),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ exists }) => !exists,
    goneIsWanted: true,
    wanted: ({ reserved }) => reserved === 0,
    forward: (_, of) => [write(of, 'patch', 'PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 })],
    back: (_, of, was) => [
      was.reserved === null
        ? write(of, 'delete', 'DeleteFunctionConcurrency')
        : write(of, 'patch', 'PutFunctionConcurrency', { ReservedConcurrentExecutions: was.reserved }),
    ],
    matter: ({ exists, reserved }) => ({ exists, reserved }),
    steady: ({ exists, reserved }) => ({ exists, reserved }),
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const now = await read(await deskOf(attempt, of.account), of);
    const holds = !now.exists || now.reserved === 0;
    return [
      {
        what: `Function ${nameOf(of.arn)} may not be started`,
        result: holds ? 'holds' : 'fails',
        evidence: now.exists ? `Its reserved concurrency is ${now.reserved ?? 'not set'}.` : 'The function is gone.',
      },
      {
        what: `No invocation of function ${nameOf(of.arn)} runs`,
        result: 'cannot-tell',
        evidence: `Lambda does not tell of what runs. What was started before goes on for ${now.timeout ?? 900} s at most. A start is not tried: one that got through would run the code.`,
      },
    ];
  },
});
