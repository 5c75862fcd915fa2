/**
 * What moto does not have, asked by the real SDK of a server that answers in the documented shapes: their types are those of
 * the SDK's own outputs, so that a field that AWS does not have does not compile.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListGuardrailsResponse } from '@aws-sdk/client-bedrock';
import type {
  GetAgentActionGroupResponse,
  GetAgentResponse,
  GetDataSourceResponse,
  GetKnowledgeBaseResponse,
  ListAgentActionGroupsResponse,
  ListAgentKnowledgeBasesResponse,
  ListAgentsResponse,
  ListDataSourcesResponse,
  ListKnowledgeBasesResponse,
} from '@aws-sdk/client-bedrock-agent';
import type {
  GetCodeInterpreterResponse,
  ListCodeInterpretersResponse,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { LookupEventsResponse } from '@aws-sdk/client-cloudtrail';
import type {
  DescribeAccessEntryResponse,
  DescribeClusterResponse,
  DescribePodIdentityAssociationResponse,
  ListAccessEntriesResponse,
  ListAssociatedAccessPoliciesResponse,
  ListClustersResponse,
  ListPodIdentityAssociationsResponse,
} from '@aws-sdk/client-eks';
import type { Gap } from '@firebreak/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import aws from '../index.ts';
import { openLive } from './live.ts';
import { accountSession } from './session.ts';

const signal = new AbortController().signal;
const account = '123456789012';
const role = `arn:aws:iam::${account}:role/app`;
const place = `eu-west-1:${account}`;
const at = new Date('2026-05-01T00:00:00Z');

const eks = {
  '/clusters': { clusters: ['prod'] } satisfies ListClustersResponse,
  '/clusters/prod': {
    cluster: {
      arn: `arn:aws:eks:${place}:cluster/prod`,
      name: 'prod',
      identity: { oidc: { issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC' } },
      resourcesVpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/0'] },
      accessConfig: { authenticationMode: 'API' },
      tags: { owner: 'ml' },
    },
  } satisfies DescribeClusterResponse,
  '/clusters/prod/access-entries': { accessEntries: [role] } satisfies ListAccessEntriesResponse,
  [`/clusters/prod/access-entries/${encodeURIComponent(role)}`]: {
    accessEntry: { principalArn: role, username: role, kubernetesGroups: ['engineers'], type: 'STANDARD' },
  } satisfies DescribeAccessEntryResponse,
  [`/clusters/prod/access-entries/${encodeURIComponent(role)}/access-policies`]: {
    associatedAccessPolicies: [
      {
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy',
        accessScope: { type: 'namespace', namespaces: ['ml'] },
      },
    ],
  } satisfies ListAssociatedAccessPoliciesResponse,
  '/clusters/prod/pod-identity-associations': {
    associations: [{ associationId: 'a-1', namespace: 'ml', serviceAccount: 'scorer' }],
  } satisfies ListPodIdentityAssociationsResponse,
  '/clusters/prod/pod-identity-associations/a-1': {
    association: { associationId: 'a-1', namespace: 'ml', serviceAccount: 'scorer', roleArn: role },
  } satisfies DescribePodIdentityAssociationResponse,
};
const agentArn = `arn:aws:bedrock:${place}:agent/A1`;
const baseArn = `arn:aws:bedrock:${place}:knowledge-base/K1`;
const bedrock = {
  '/agents/': {
    agentSummaries: [{ agentId: 'A1', agentName: 'support', agentStatus: 'PREPARED', updatedAt: at }],
  } satisfies ListAgentsResponse,
  '/agents/A1/': {
    agent: {
      agentId: 'A1',
      agentArn,
      agentName: 'support',
      agentVersion: 'DRAFT',
      agentStatus: 'PREPARED',
      agentResourceRoleArn: role,
      idleSessionTTLInSeconds: 600,
      foundationModel: 'anthropic.claude',
      guardrailConfiguration: { guardrailIdentifier: 'g1', guardrailVersion: '1' },
      createdAt: at,
      updatedAt: at,
    },
  } satisfies GetAgentResponse,
  '/agents/A1/agentversions/DRAFT/actiongroups/': {
    actionGroupSummaries: [
      { actionGroupId: 'G1', actionGroupName: 'refunds', actionGroupState: 'ENABLED', updatedAt: at },
      { actionGroupId: 'G2', actionGroupName: 'old', actionGroupState: 'DISABLED', updatedAt: at },
    ],
  } satisfies ListAgentActionGroupsResponse,
  '/agents/A1/agentversions/DRAFT/actiongroups/G1/': actionGroup('G1', 'ENABLED'),
  '/agents/A1/agentversions/DRAFT/actiongroups/G2/': actionGroup('G2', 'DISABLED'),
  '/agents/A1/agentversions/DRAFT/knowledgebases/': {
    agentKnowledgeBaseSummaries: [{ knowledgeBaseId: 'K1', knowledgeBaseState: 'ENABLED', updatedAt: at }],
  } satisfies ListAgentKnowledgeBasesResponse,
  '/knowledgebases/': {
    knowledgeBaseSummaries: [{ knowledgeBaseId: 'K1', name: 'docs', status: 'ACTIVE', updatedAt: at }],
  } satisfies ListKnowledgeBasesResponse,
  '/knowledgebases/K1': {
    knowledgeBase: {
      knowledgeBaseId: 'K1',
      knowledgeBaseArn: baseArn,
      name: 'docs',
      roleArn: role,
      status: 'ACTIVE',
      knowledgeBaseConfiguration: { type: 'VECTOR' },
      storageConfiguration: { type: 'OPENSEARCH_SERVERLESS' },
      createdAt: at,
      updatedAt: at,
    },
  } satisfies GetKnowledgeBaseResponse,
  '/knowledgebases/K1/datasources/': {
    dataSourceSummaries: [
      { knowledgeBaseId: 'K1', dataSourceId: 'D1', name: 'handbook', status: 'AVAILABLE', updatedAt: at },
    ],
  } satisfies ListDataSourcesResponse,
  '/knowledgebases/K1/datasources/D1': {
    dataSource: {
      knowledgeBaseId: 'K1',
      dataSourceId: 'D1',
      name: 'handbook',
      status: 'AVAILABLE',
      dataSourceConfiguration: {
        type: 'S3',
        s3Configuration: { bucketArn: 'arn:aws:s3:::acme-docs', inclusionPrefixes: ['public/'] },
      },
      createdAt: at,
      updatedAt: at,
    },
  } satisfies GetDataSourceResponse,
  '/guardrails': {
    guardrails: [
      {
        id: 'g1',
        arn: `arn:aws:bedrock:${place}:guardrail/g1`,
        status: 'READY',
        name: 'safe',
        version: 'DRAFT',
        createdAt: at,
        updatedAt: at,
      },
    ],
  } satisfies ListGuardrailsResponse,
};
const interpreterArn = `arn:aws:bedrock-agentcore:${place}:code-interpreter-custom/c1`;
const agentcore = {
  '/code-interpreters': {
    codeInterpreterSummaries: [
      { codeInterpreterId: 'c1', codeInterpreterArn: interpreterArn, status: 'READY', createdAt: at },
    ],
  } satisfies ListCodeInterpretersResponse,
  '/code-interpreters/c1': {
    codeInterpreterId: 'c1',
    codeInterpreterArn: interpreterArn,
    name: 'python',
    executionRoleArn: role,
    networkConfiguration: { networkMode: 'PUBLIC' },
    status: 'READY',
    createdAt: at,
    lastUpdatedAt: at,
  } satisfies GetCodeInterpreterResponse,
};

function actionGroup(actionGroupId: string, actionGroupState: 'ENABLED' | 'DISABLED') {
  return {
    agentActionGroup: {
      agentId: 'A1',
      agentVersion: 'DRAFT',
      actionGroupId,
      actionGroupName: actionGroupId,
      createdAt: at,
      updatedAt: at,
      actionGroupState,
      actionGroupExecutor: { lambda: `arn:aws:lambda:${place}:function:refund` },
    },
  } satisfies GetAgentActionGroupResponse;
}

const trust = encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement: [] }));
const details = `<RoleDetailList><member><Arn>${role}</Arn><RoleName>app</RoleName>
<AssumeRolePolicyDocument>${trust}</AssumeRolePolicyDocument><RoleLastUsed/></member></RoleDetailList>
<UserDetailList><member><Arn>arn:aws:iam::${account}:user/ann</Arn><UserName>ann</UserName></member></UserDetailList>`;
const report = `<JobStatus>COMPLETED</JobStatus><ServicesLastAccessed>
<member><ServiceName>Amazon S3</ServiceName><ServiceNamespace>s3</ServiceNamespace><LastAuthenticated>2026-04-01T00:00:00Z</LastAuthenticated>
<TrackedActionsLastAccessed><member><ActionName>GetObject</ActionName><LastAccessedTime>2026-04-01T00:00:00Z</LastAccessedTime></member>
<member><ActionName>PutObject</ActionName></member></TrackedActionsLastAccessed></member>
<member><ServiceName>AWS KMS</ServiceName><ServiceNamespace>kms</ServiceNamespace></member></ServicesLastAccessed>`;
/** Query protocol: by action, what stands in the result. */
const ended = '<JobStatus>FAILED</JobStatus>';
let iam: Record<string, string | number> = {};
const iamAnswers = {
  GetCallerIdentity: `<Account>${account}</Account><Arn>arn:aws:iam::${account}:user/reader</Arn><UserId>A</UserId>`,
  GetAccountAuthorizationDetails: details,
  GenerateServiceLastAccessedDetails: '<JobId>job-1</JobId>',
  GetServiceLastAccessedDetails: report,
  GetLoginProfile: 404,
};
const pageOf = (page: number): LookupEventsResponse => ({
  Events: [
    {
      EventId: `e${page}`,
      CloudTrailEvent: JSON.stringify({
        userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { type: 'Role', arn: role } } },
        eventSource: 'kms.amazonaws.com',
        eventName: 'Decrypt',
        eventTime: new Date(Date.parse('2026-05-02T00:00:00Z') - page * 60_000).toISOString(),
        awsRegion: 'eu-west-1',
      }),
    },
  ],
  NextToken: `page-${page + 1}`,
});

let asked: string[] = [];
const server = createServer(async (request: IncomingMessage, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  const target = String(request.headers['x-amz-target'] ?? '');
  const action = new URLSearchParams(body).get('Action');
  asked.push(action ?? (target || path));
  const json = (value: unknown) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(value));
  };
  if (target.endsWith('LookupEvents')) return json(pageOf(Number(/page-(\d+)/.exec(body)?.[1] ?? 0)));
  if (target !== '') return json({});
  if (action === null) {
    // Of the services with paths, those that we know; of S3 and the others nothing.
    const known: Readonly<Record<string, unknown>> = { ...eks, ...bedrock, ...agentcore };
    if (path === '/' || path.startsWith('/v20180820')) return void response.end('<R/>');
    const found = Object.keys(known).find((each) => each.replace(/\/$/, '') === path.replace(/\/$/, ''));
    return json(found === undefined ? {} : known[found]);
  }
  const result = iam[action] ?? '';
  response.setHeader('content-type', 'text/xml');
  if (typeof result === 'number') {
    response.statusCode = result;
    const code = result === 404 ? 'NoSuchEntity' : 'AccessDenied';
    return void response.end(`<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`);
  }
  response.end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
});

beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => void server.close());
beforeEach(() => {
  iam = { ...iamAnswers };
  asked = [];
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'reader');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'reader');
});
afterEach(() => void vi.unstubAllEnvs());

async function read() {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = accountSession(await openLive({ regions: ['eu-west-1'], endpoint, limits: { attempts: 1 } }));
  try {
    return await collectSession({ ...aws, collect: () => session.collect(signal) }, session, signal);
  } finally {
    await session.close();
  }
}
const about = (gaps: readonly Gap[], kind: string) => gaps.filter(({ kinds }) => kinds.includes(kind));

test('clusters with who may enter and what their pods may be', async () => {
  const { estate, gaps } = await read();
  expect(estate.all('aws.eks-cluster').map(({ data }) => data)).toMatchObject([
    {
      issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC',
      accessEntries: [
        {
          principalArn: role,
          kubernetesGroups: ['engineers'],
          policies: [{ scope: 'namespace', namespaces: ['ml'] }],
        },
      ],
      podIdentityAssociations: [{ namespace: 'ml', serviceAccount: 'scorer', roleArn: role }],
    },
  ]);
  expect(about(gaps, 'aws.eks-cluster')).toEqual([]);
});

test('agents with what they do and read, guardrails, interpreters', async () => {
  const { estate, gaps } = await read();
  expect(estate.all('aws.bedrock-agent').map(({ data }) => data)).toMatchObject([
    {
      agentResourceRoleArn: role,
      guardrailIdentifier: 'g1',
      actionGroups: [{ lambda: `arn:aws:lambda:${place}:function:refund` }],
      knowledgeBaseIds: ['K1'],
    },
  ]);
  expect(estate.all('aws.bedrock-agent')[0]?.data.actionGroups).toHaveLength(1);
  expect(estate.all('aws.knowledge-base')[0]?.data).toMatchObject({
    storageType: 'OPENSEARCH_SERVERLESS',
    dataSources: [{ bucketArn: 'arn:aws:s3:::acme-docs', inclusionPrefixes: ['public/'], type: 'S3' }],
  });
  expect(estate.all('aws.guardrail')).toHaveLength(1);
  expect(estate.all('aws.code-interpreter')[0]?.data).toMatchObject({ executionRoleArn: role, networkMode: 'PUBLIC' });
  for (const kind of ['aws.bedrock-agent', 'aws.guardrail', 'aws.code-interpreter'])
    expect(about(gaps, kind)).toEqual([]);
});

test('access advisor tells what was used and what was not, of roles and users', async () => {
  const { estate, gaps } = await read();
  const facts = estate.all('aws.last-accessed');
  expect(facts.map(({ data }) => data.Arn)).toEqual([role, `arn:aws:iam::${account}:user/ann`]);
  expect(facts[0]?.data.ServicesLastAccessed).toMatchObject([
    { ServiceNamespace: 's3', TrackedActionsLastAccessed: [{ ActionName: 'GetObject' }, { ActionName: 'PutObject' }] },
    { ServiceNamespace: 'kms' },
  ]);
  expect(about(gaps, 'aws.last-accessed')).toEqual([]);
});

test('a report that failed, and a role that may ask for none, say nothing of use', async () => {
  iam.GetServiceLastAccessedDetails = ended;
  const failed = await read();
  expect(failed.estate.all('aws.last-accessed')).toEqual([]);
  expect(about(failed.gaps, 'aws.last-accessed').length).toBeGreaterThan(0);
  asked = [];
  iam = { ...iamAnswers, GenerateServiceLastAccessedDetails: 403 };
  const denied = await read();
  expect(denied.estate.all('aws.last-accessed')).toEqual([]);
  expect(about(denied.gaps, 'aws.last-accessed')).toMatchObject([
    { code: 'FB-HTTP-FORBIDDEN', reason: expect.stringContaining('iam:GenerateServiceLastAccessedDetails') },
  ]);
});

test('the newest events of CloudTrail are read, and no more than enough', async () => {
  const { estate, gaps } = await read();
  expect(asked.filter((each) => each.endsWith('LookupEvents'))).toHaveLength(60);
  expect(estate.all('aws.trail-use').map(({ data }) => data)).toEqual([
    {
      Arn: role,
      Region: 'eu-west-1',
      From: '2026-05-01T23:01:00.000Z',
      To: '2026-05-02T00:00:00.000Z',
      Events: 60,
      LastSeen: '2026-05-02T00:00:00.000Z',
      Actions: [{ Action: 'kms:Decrypt', Last: '2026-05-02T00:00:00.000Z' }],
    },
  ]);
  // That there are more leaves no answer open.
  expect(about(gaps, 'aws.trail-use')).toEqual([]);
  expect(gaps.some(({ reason }) => reason.startsWith('lookup-events: there is more'))).toBe(true);
});

test('a password that may not be asked for is not known, and one that is not there is none', async () => {
  const profileOf = async () => {
    const { estate, gaps } = await read();
    return [estate.all('aws.user')[0]?.data.LoginProfile, about(gaps, 'aws.login-profile').length];
  };
  expect(await profileOf()).toEqual([false, 0]);
  iam.GetLoginProfile = 403;
  expect(await profileOf()).toEqual([undefined, 1]);
  iam.GetLoginProfile = '';
  expect(await profileOf()).toEqual([true, 0]);
});
