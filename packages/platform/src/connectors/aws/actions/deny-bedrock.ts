import { createHash } from 'node:crypto';
import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { AwsSession } from '../session.ts';
import { deskOf, nameOf } from './exchange/desk.ts';
import { accountParam, arnParam, holderArn, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { holderPermissions, holderWords } from './iam/holder.ts';
import { type InlineDenyBefore, inlineDeny, inlineDenyBefore } from './iam/inline-deny.ts';
import { simulate, simulatePermission } from './iam/simulate.ts';
import { impactOf, interruptIdentity } from './impact/legitimate-use.ts';

/** What calls a thing of Bedrock or AgentCore, by its ARN: actions, and the resources that they are about. */
const uses: readonly {
  readonly of: RegExp;
  readonly actions: readonly string[];
  readonly resources: (arn: string) => readonly string[];
}[] = [
  {
    of: /:bedrock:[^:]*:\d{12}:agent\/[A-Z0-9]+$/,
    actions: ['bedrock:InvokeAgent', 'bedrock:GetAgentMemory'],
    resources: (arn) => [`${arn.replace(':agent/', ':agent-alias/')}/*`],
  },
  {
    of: /:bedrock:[^:]*:\d{12}:agent-alias\/[A-Z0-9]+\/[A-Z0-9]+$/,
    actions: ['bedrock:InvokeAgent', 'bedrock:GetAgentMemory'],
    resources: (arn) => [arn],
  },
  {
    of: /:bedrock:[^:]*:\d{12}:knowledge-base\/[A-Z0-9]+$/,
    actions: ['bedrock:Retrieve', 'bedrock:RetrieveAndGenerate'],
    resources: (arn) => [arn],
  },
  {
    of: /:bedrock:[^:]*:(\d{12})?:(foundation-model|custom-model|custom-model-deployment|imported-model|inference-profile|application-inference-profile|provisioned-model)\/[\w.:/-]+$/,
    actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
    resources: (arn) => [arn],
  },
  {
    of: /:bedrock-agentcore:[^:]*:\d{12}:runtime\/[\w-]+$/,
    actions: ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeForUser'],
    resources: (arn) => [arn, `${arn}/*`],
  },
  {
    of: /:bedrock-agentcore:[^:]*:\d{12}:gateway\/[\w-]+$/,
    actions: ['bedrock-agentcore:InvokeGateway'],
    resources: (arn) => [arn],
  },
];
const useOf = (arn: string) => uses.find(({ of }) => of.test(arn));

const params = z
  .object({
    account: accountParam,
    /** Who calls. */
    arn: arnParam(holderArn, 'a user, role or group'),
    /** What is called: an agent, its alias, a runtime, gateway, knowledge base or model. */
    resource: z
      .string()
      .max(2048)
      .refine((arn) => useOf(arn) !== undefined, 'nothing of Bedrock that is called'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;

const name = ({ resource }: Params) =>
  `firebreak-deny-bedrock-${createHash('sha256').update(resource).digest('hex').slice(0, 12)}`;
const use = ({ resource }: Params) => {
  const found = useOf(resource);
  return { actions: found?.actions ?? [], resources: found?.resources(resource) ?? [] };
};

/** Takes the use of one agent, runtime or model from whoever calls it; what it does by itself goes on. */
export default defineAction<Params, InlineDenyBefore, AwsSession>({
  id: 'aws.deny-bedrock',
  title: 'Deny use of agent or model',
  stage: 'access',
  targetKinds: ['User', 'Role', 'Group'],
  params,
  before: inlineDenyBefore,
  permissions: [
    ...holderPermissions(['User', 'Role', 'Group'], 'List*Policies', 'Get*Policy', 'Put*Policy', 'Delete*Policy'),
    simulatePermission,
  ],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Deny ${holderWords(of.arn)} to call ${of.resource} by the inline policy ${name(of)}. Calls that are under way end by themselves.`,
  undoes: (of) => `The inline policy ${name(of)} of ${holderWords(of.arn)} is deleted.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('deny-bedrock', interruptIdentity(estate, of.arn, `It can no longer call ${nameOf(of.resource)}.`)),
  ...inlineDeny<Params>({
    name,
    document: (of) => ({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'FirebreakDenyBedrock', Effect: 'Deny', Action: use(of).actions, Resource: use(of).resources },
      ],
    }),
    notOurselves: false,
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => [
    await simulate(await deskOf(attempt, of.account), {
      what: `${holderWords(of.arn)} cannot call ${of.resource}`,
      arn: of.arn,
      actions: use(of).actions,
      resources: use(of).resources.map((resource) => resource.replaceAll('*', 'firebreak-any-name')),
    }),
  ],
});
