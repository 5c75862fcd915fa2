/** An account in memory, as far as the actions ask of one: the seam that they work through, with AWS's own names and shapes. */
import { array, type Foreign, record, text, textAt } from '../../../../intake/foreign.ts';
import type { Command, CommandFailure, Control, Reply } from '../../account/control.ts';
import { statementsOf } from '../iam/document.ts';
import { account, at, bucketArn, documents, type Ids, iam, type World } from './world.case.ts';

interface Holder {
  readonly inline: Map<string, string>;
  readonly attached: Set<string>;
  trust?: string;
}
interface Version {
  readonly id: string;
  readonly text: string;
}
class Gone extends Error {}
class Failed extends Error {
  readonly failure: CommandFailure;
  readonly error: string;
  readonly explicit: boolean;
  constructor(failure: CommandFailure, error: string, explicit = false) {
    super(error);
    this.failure = failure;
    this.error = error;
    this.explicit = explicit;
  }
}

export const memoryIds: Ids = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  securityGroup: 'sg-0a',
  instance: 'i-0a',
  secret: at('secretsmanager', 'secret:prod/db-AbCdEf'),
  runtime: at('bedrock-agentcore', 'runtime/helper-1'),
};

export function memoryWorld(caller = 'user/responder'): World {
  const holder = (...inline: readonly (readonly [string, string])[]): Holder => ({
    inline: new Map(inline),
    attached: new Set([iam('policy/deploy')]),
  });
  const holders = new Map<string, Holder>([
    ['User ci', holder(['own', documents.ci])],
    ['Group builders', holder()],
    ['Role deployer', { ...holder(['own', documents.deployer]), trust: documents.trust }],
  ]);
  let key = 'Active';
  let versions: Version[] = [{ id: 'v1', text: documents.managed }];
  let inForce = 'v1';
  let made = 1;
  let policy: string | undefined = documents.bucket;
  let block: Foreign | undefined;
  let push: string | undefined;
  let runtime: string | undefined;
  let reserved: number | undefined = 5;
  let endpoint: { readonly config: string; readonly tags: unknown } | undefined = {
    config: 'fraud-config',
    tags: [{ Key: 'team', Value: 'risk' }],
  };
  let notebook = 'InService';
  let secret = 1;
  const groups = new Map<string, { name: string; about: string; rules: Foreign[]; egress: number }>([
    [
      'sg-0a',
      {
        name: 'serving',
        about: 'serving',
        egress: 1,
        rules: [
          { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'public' }] },
          { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
        ],
      },
    ],
  ]);
  const interfaces = new Map<string, readonly string[]>([['eni-0a', ['sg-0a']]]);

  const of = (kind: string, input: Foreign): Holder => {
    const found = holders.get(`${kind} ${text(input[`${kind}Name`])}`);
    if (found === undefined) throw new Gone();
    return found;
  };
  const perKind = (kind: 'User' | 'Role' | 'Group'): Record<string, (input: Foreign) => Foreign> => ({
    [`List${kind}Policies`]: (input) => ({ PolicyNames: [...of(kind, input).inline.keys()] }),
    [`Get${kind}Policy`]: (input) => {
      const found = of(kind, input).inline.get(String(input.PolicyName));
      if (found === undefined) throw new Gone();
      return { PolicyDocument: encodeURIComponent(found) };
    },
    [`Put${kind}Policy`]: (input) => {
      of(kind, input).inline.set(String(input.PolicyName), String(input.PolicyDocument));
      return {};
    },
    [`Delete${kind}Policy`]: (input) => {
      if (!of(kind, input).inline.delete(String(input.PolicyName))) throw new Gone();
      return {};
    },
    [`ListAttached${kind}Policies`]: (input) => ({
      AttachedPolicies: [...of(kind, input).attached].map((PolicyArn) => ({ PolicyArn })),
    }),
    [`Attach${kind}Policy`]: (input) => {
      of(kind, input).attached.add(String(input.PolicyArn));
      return {};
    },
    [`Detach${kind}Policy`]: (input) => {
      of(kind, input).attached.delete(String(input.PolicyArn));
      return {};
    },
  });
  const mustBe = (input: Foreign, name: string, value: string) => {
    if (input[name] !== value) throw new Gone();
  };
  const values = (input: Foreign, name: string) =>
    array(record(array(input.Filters).find((filter) => textAt(filter, 'Name') === name))?.Values);
  const ruleKey = (rule: unknown) => JSON.stringify(rule);

  const operations: Record<string, (input: Foreign) => Foreign> = {
    ...perKind('User'),
    ...perKind('Role'),
    ...perKind('Group'),
    GetCallerIdentity: () => ({ Account: account, Arn: iam(caller) }),
    ListAccessKeys: (input) => {
      mustBe(input, 'UserName', 'ci');
      return { AccessKeyMetadata: [{ AccessKeyId: memoryIds.accessKey, Status: key }] };
    },
    UpdateAccessKey: (input) => {
      key = String(input.Status);
      return {};
    },
    GetRole: (input) => ({
      Role: {
        Arn: iam(`role/${String(input.RoleName)}`),
        AssumeRolePolicyDocument: encodeURIComponent(of('Role', input).trust ?? ''),
      },
    }),
    UpdateAssumeRolePolicy: (input) => {
      of('Role', input).trust = String(input.PolicyDocument);
      return {};
    },
    // What every deny of ours is about; conditions are not looked at.
    SimulatePrincipalPolicy: (input) => {
      const [, kind = '', name = ''] = /:(user|role|group)\/(.*)$/.exec(String(input.PolicySourceArn)) ?? [];
      const found = holders.get(`${kind[0]?.toUpperCase()}${kind.slice(1)} ${name}`);
      const denies = [...(found?.inline.values() ?? [])].some((text) =>
        statementsOf(text).some((each) => each.Effect === 'Deny'),
      );
      const EvalDecision = denies ? 'explicitDeny' : 'allowed';
      return {
        EvaluationResults: array(input.ActionNames).map((EvalActionName) => ({ EvalActionName, EvalDecision })),
      };
    },
    ListPolicyVersions: (input) => {
      mustBe(input, 'PolicyArn', iam('policy/deploy'));
      return { Versions: versions.map(({ id }) => ({ VersionId: id, IsDefaultVersion: id === inForce })) };
    },
    GetPolicyVersion: (input) => ({
      PolicyVersion: { Document: encodeURIComponent(versions.find(({ id }) => id === input.VersionId)?.text ?? '') },
    }),
    CreatePolicyVersion: (input) => {
      made += 1;
      const id = `v${made}`;
      versions.push({ id, text: String(input.PolicyDocument) });
      if (input.SetAsDefault === true) inForce = id;
      return {};
    },
    SetDefaultPolicyVersion: (input) => {
      inForce = String(input.VersionId);
      return {};
    },
    DeletePolicyVersion: (input) => {
      versions = versions.filter(({ id }) => id !== input.VersionId);
      return {};
    },
    HeadBucket: (input) => {
      mustBe(input, 'Bucket', bucketArn.slice(13));
      return {};
    },
    GetBucketPolicy: () => {
      if (policy === undefined) throw new Gone();
      return { Policy: policy };
    },
    PutBucketPolicy: (input) => {
      policy = String(input.Policy);
      return {};
    },
    DeleteBucketPolicy: () => {
      policy = undefined;
      return {};
    },
    GetPublicAccessBlock: () => {
      if (block === undefined) throw new Gone();
      return { PublicAccessBlockConfiguration: block };
    },
    PutPublicAccessBlock: (input) => {
      block = record(input.PublicAccessBlockConfiguration);
      return {};
    },
    DeletePublicAccessBlock: () => {
      block = undefined;
      return {};
    },
    ListObjectsV2: () => ({ Contents: [{ Key: 'weights.bin' }] }),
    HeadObject: () => ({}),
    DescribeRepositories: (input) => {
      mustBe({ name: array(input.repositoryNames)[0] }, 'name', 'acme/serve');
      return {};
    },
    GetRepositoryPolicy: () => {
      if (push === undefined) throw new Gone();
      return { policyText: push };
    },
    SetRepositoryPolicy: (input) => {
      push = String(input.policyText);
      return {};
    },
    DeleteRepositoryPolicy: () => {
      push = undefined;
      return {};
    },
    InitiateLayerUpload: () => {
      if (push?.includes('FirebreakDenyPush')) throw new Failed('denied', 'AccessDeniedException', true);
      return { uploadId: 'u' };
    },
    GetAgentRuntime: () => ({ agentRuntimeId: 'helper-1' }),
    GetResourcePolicy: () => {
      if (runtime === undefined) throw new Gone();
      return { policy: runtime };
    },
    PutResourcePolicy: (input) => {
      runtime = String(input.policy);
      return {};
    },
    DeleteResourcePolicy: () => {
      runtime = undefined;
      return {};
    },
    GetFunctionConfiguration: (input) => {
      mustBe(input, 'FunctionName', 'scorer');
      return { Timeout: 3 };
    },
    GetFunctionConcurrency: () => (reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved }),
    PutFunctionConcurrency: (input) => {
      reserved = Number(input.ReservedConcurrentExecutions);
      return {};
    },
    DeleteFunctionConcurrency: () => {
      reserved = undefined;
      return {};
    },
    DescribeSecurityGroups: (input) => {
      const ids = values(input, 'group-id');
      const names = values(input, 'group-name');
      const found = [...groups].filter(([id, { name }]) => (ids.length > 0 ? ids.includes(id) : names.includes(name)));
      return {
        SecurityGroups: found.map(([GroupId, { about, rules, egress }]) => ({
          GroupId,
          Description: about,
          IpPermissions: rules,
          IpPermissionsEgress: Array.from({ length: egress }, () => ({
            IpProtocol: '-1',
            IpRanges: [{ CidrIp: '0.0.0.0/0' }],
          })),
        })),
      };
    },
    RevokeSecurityGroupIngress: (input) => {
      const group = groups.get(String(input.GroupId));
      const gone = new Set(array(input.IpPermissions).map(ruleKey));
      if (group !== undefined) group.rules = group.rules.filter((rule) => !gone.has(ruleKey(rule)));
      return {};
    },
    AuthorizeSecurityGroupIngress: (input) => {
      const rules = array(input.IpPermissions).map((rule) => record(rule) ?? {});
      groups.get(String(input.GroupId))?.rules.push(...rules);
      return {};
    },
    CreateSecurityGroup: (input) => {
      const about = String(input.Description);
      groups.set('sg-0b', { name: String(input.GroupName), about, rules: [], egress: 1 });
      return { GroupId: 'sg-0b' };
    },
    RevokeSecurityGroupEgress: (input) => {
      const group = groups.get(String(input.GroupId));
      if (group !== undefined) group.egress = 0;
      return {};
    },
    DeleteSecurityGroup: (input) => {
      groups.delete(String(input.GroupId));
      return {};
    },
    DescribeNetworkInterfaces: (input) => {
      const group = values(input, 'group-id');
      const found = [...interfaces].filter(([, has]) => group.length === 0 || has.some((id) => group.includes(id)));
      return {
        NetworkInterfaces: found.map(([NetworkInterfaceId, has]) => ({
          NetworkInterfaceId,
          VpcId: 'vpc-0a',
          Groups: has.map((GroupId) => ({ GroupId })),
        })),
      };
    },
    ModifyNetworkInterfaceAttribute: (input) => {
      interfaces.set(String(input.NetworkInterfaceId), array(input.Groups).map(String));
      return {};
    },
    DescribeSecret: () => ({ RotationEnabled: true, VersionIdsToStages: { [`version-${secret}`]: ['AWSCURRENT'] } }),
    RotateSecret: () => {
      secret += 1;
      return {};
    },
    ListEndpoints: () => ({ Endpoints: endpoint === undefined ? [] : [{ EndpointName: 'fraud' }] }),
    DescribeEndpoint: () => ({ EndpointStatus: 'InService', EndpointConfigName: endpoint?.config }),
    ListTags: () => ({ Tags: endpoint?.tags }),
    ListEndpointConfigs: () => ({ EndpointConfigs: [{ EndpointConfigName: 'fraud-config' }] }),
    DeleteEndpoint: () => {
      endpoint = undefined;
      return {};
    },
    CreateEndpoint: (input) => {
      endpoint = { config: String(input.EndpointConfigName), tags: input.Tags };
      return {};
    },
    ListNotebookInstances: () => ({
      NotebookInstances: [{ NotebookInstanceName: 'lab', NotebookInstanceStatus: notebook }],
    }),
    StopNotebookInstance: () => {
      notebook = 'Stopped';
      return {};
    },
    StartNotebookInstance: () => {
      notebook = 'InService';
      return {};
    },
  };

  function answer({ operation, input }: Command): Reply {
    const carryOut = operations[operation];
    if (carryOut === undefined) throw new Error(`the account in memory knows no ${operation}`);
    try {
      return { ok: true, value: carryOut(input), at: '2026-11-21T12:00:00.000Z' };
    } catch (error) {
      if (error instanceof Gone) return failed('absent', 'NoSuchEntityException');
      if (error instanceof Failed) return failed(error.failure, error.error, error.explicit);
      throw error;
    }
  }
  const refusing = (reply: () => Reply): Control => ({
    read: async () => reply(),
    write: async () => reply(),
    as: () => control,
    nobody: () => control,
    close: () => {},
  });
  const control: Control = {
    read: async (command) => answer(command),
    write: async (command) => answer(command),
    as: () => refusing(() => failed('expired', key === 'Active' ? 'SignatureDoesNotMatch' : 'InvalidClientTokenId')),
    nobody: () =>
      refusing(() => {
        const closed = block !== undefined || policy?.includes('FirebreakOnlyThisAccount') === true;
        return closed ? failed('denied', 'AccessDenied') : { ok: true, value: {}, at: '' };
      }),
    close: () => {},
  };
  return {
    ids: memoryIds,
    session: { address: 'memory', collect: async function* () {}, close: async () => {}, control },
  };
}

function failed(failure: CommandFailure, error: string, explicit = false): Reply {
  return { ok: false, failure, reason: 'As the test has it.', sent: true, error, explicit };
}
