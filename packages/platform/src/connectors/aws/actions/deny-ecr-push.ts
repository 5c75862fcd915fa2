import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { type Desk, deskOf, regionOf } from './exchange/desk.ts';
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
    arn: arnParam(/^arn:[^:]+:ecr:[a-z0-9-]+:\d{12}:repository\/[a-z0-9._/-]+$/, 'an image repository'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;

const Sid = 'FirebreakDenyPush';
const statement = {
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action: [
    'ecr:PutImage',
    'ecr:InitiateLayerUpload',
    'ecr:UploadLayerPart',
    'ecr:CompleteLayerUpload',
    'ecr:BatchDeleteImage',
  ],
};
const repository = ({ account, arn }: Params) => ({
  registryId: account,
  repositoryName: arn.slice(arn.indexOf(':repository/') + ':repository/'.length),
});

async function read(desk: Desk, of: Params): Promise<ResourcePolicyBefore> {
  const { registryId, repositoryName } = repository(of);
  const region = regionOf(of.arn);
  const found = await desk.get(
    'ecr',
    'DescribeRepositories',
    { registryId, repositoryNames: [repositoryName] },
    region,
  );
  if (found === null) return { exists: false, policy: null };
  const answer = await desk.get('ecr', 'GetRepositoryPolicy', repository(of), region);
  return { exists: true, policy: textAt(answer, 'policyText') ?? null };
}

/** Nobody pushes to a repository or takes images out of it, whatever their own policies say; pulling goes on. */
export default defineAction<Params, ResourcePolicyBefore, AwsSession>({
  id: 'aws.deny-ecr-push',
  title: 'Deny pushing to image repository',
  stage: 'delivery',
  targetKinds: ['EcrRepository'],
  params,
  before: resourcePolicyBefore,
  permissions: [
    'DescribeRepositories',
    'GetRepositoryPolicy',
    'SetRepositoryPolicy',
    'DeleteRepositoryPolicy',
    'InitiateLayerUpload',
  ].map((action) => `ecr:${action} arn:*:ecr:*:*:repository/*`),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Deny everybody to push to or delete from ${repository(of).repositoryName}, by a statement ${Sid} in its policy. Images that were pushed already stay.`,
  undoes: (of) => `Statement ${Sid} is taken out of the policy of ${repository(of).repositoryName}.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf('deny-ecr-push', interruptThing(estate, awsId(of.arn), 'Builds cannot push to it.', 'batch')),
  ...resourcePolicy<Params>({
    statement: () => statement,
    read,
    put: (of, policyText) => ({
      service: 'ecr',
      operation: 'SetRepositoryPolicy',
      region: regionOf(of.arn),
      input: { ...repository(of), policyText },
    }),
    remove: (of) => ({
      service: 'ecr',
      operation: 'DeleteRepositoryPolicy',
      region: regionOf(of.arn),
      input: repository(of),
    }),
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of.account);
    const { exists, policy } = await read(desk, of);
    const { repositoryName } = repository(of);
    const holds = !exists || isDenied(policy, Sid);
    const what = `A push to ${repositoryName} is refused`;
    const readBack: ProbeResult = {
      what: `The policy of ${repositoryName} denies pushing`,
      result: holds ? 'holds' : 'fails',
      evidence: exists ? `Statement ${Sid} is ${holds ? '' : 'not '}in it.` : 'The repository is gone.',
    };
    // An upload that is begun and not continued leaves nothing behind.
    const region = regionOf(of.arn);
    const command = { service: 'ecr', operation: 'InitiateLayerUpload', region, input: repository(of) } as const;
    const tried = await desk.control.write(command, attempt.signal);
    if (tried.ok) return [readBack, { what, result: 'fails', evidence: 'An upload could be begun.' }];
    const evidence = `Beginning an upload got ${tried.error || tried.reason}${tried.explicit ? ', by an explicit deny' : ''}.`;
    const denied = tried.failure === 'denied' && tried.explicit;
    return [readBack, { what, result: denied ? 'holds' : 'cannot-tell', evidence }];
  },
});
