import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { type Desk, deskOf, nameOf, regionOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';
import {
  isDenied,
  type ResourcePolicyBefore,
  resourcePolicy,
  resourcePolicyBefore,
} from './resources/policy-statement.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(
      /^arn:[^:]+:bedrock-agentcore:[a-z0-9-]+:\d{12}:(runtime|gateway)\/[\w-]+$/,
      'an AgentCore runtime or gateway',
    ),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;

const Sid = 'FirebreakDenyInvoke';
const service = 'bedrock-agentcore-control';
const statement = ({ arn }: Params) => ({
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action: arn.includes(':gateway/')
    ? 'bedrock-agentcore:InvokeGateway'
    : ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeForUser'],
  Resource: arn,
});

async function read(desk: Desk, { arn }: Params): Promise<ResourcePolicyBefore> {
  const gateway = arn.includes(':gateway/');
  const thing = gateway ? { gatewayIdentifier: nameOf(arn) } : { agentRuntimeId: nameOf(arn) };
  const found = await desk.get(service, gateway ? 'GetGateway' : 'GetAgentRuntime', thing, regionOf(arn));
  if (found === null) return { exists: false, policy: null };
  const answer = await desk.get(service, 'GetResourcePolicy', { resourceArn: arn }, regionOf(arn));
  const policy = textAt(answer, 'policy') ?? '';
  return { exists: true, policy: policy === '' ? null : policy };
}

/** Nobody calls an agent runtime or a gateway of tools, whatever their own policies say. */
export default defineAction<Params, ResourcePolicyBefore, AwsSession>({
  id: 'aws.deny-agent-runtime',
  title: 'Deny calls of agent runtime or gateway',
  stage: 'access',
  targetKinds: ['AgentCoreRuntime', 'AgentCoreGateway'],
  params,
  before: resourcePolicyBefore,
  permissions: ['GetAgentRuntime', 'GetGateway', 'GetResourcePolicy', 'PutResourcePolicy', 'DeleteResourcePolicy'].map(
    (action) => `bedrock-agentcore:${action} arn:*:bedrock-agentcore:*:*:*`,
  ),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Deny everybody to call ${nameOf(of.arn)}, by a statement ${Sid} in its resource policy. Sessions that run go on until they end; callers that bring an OAuth token instead of an AWS signature are not bound by it.`,
  undoes: (of) => `Statement ${Sid} is taken out of the resource policy of ${nameOf(of.arn)}.`,
  drastic: () => true,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('deny-agent-runtime', interruptThing(estate, awsId(of.arn), 'Nobody can call it.', 'model')),
  ...resourcePolicy<Params>({
    statement,
    read,
    put: (of, policy) => ({
      service,
      operation: 'PutResourcePolicy',
      region: regionOf(of.arn),
      input: { resourceArn: of.arn, policy },
    }),
    remove: (of) => ({
      service,
      operation: 'DeleteResourcePolicy',
      region: regionOf(of.arn),
      input: { resourceArn: of.arn },
    }),
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { exists, policy } = await read(await deskOf(attempt, of.account), of);
    const holds = !exists || isDenied(policy, Sid);
    return [
      {
        what: `The resource policy of ${nameOf(of.arn)} denies calls`,
        result: holds ? 'holds' : 'fails',
        evidence: exists ? `Statement ${Sid} is ${holds ? '' : 'not '}in it.` : 'It is gone.',
      },
      {
        what: `A call of ${nameOf(of.arn)} is refused`,
        result: 'cannot-tell',
        evidence: 'A call that got through would put the agent to work, so it is not tried.',
      },
    ];
  },
});
