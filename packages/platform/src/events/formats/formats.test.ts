/** Each format on events as its system writes them, and on what a liar would write. */
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalise } from '../normalise.ts';
import { eventFormats } from './index.ts';

const where = { locator: 'log', line: 1, received: '2026-11-21T00:00:00.000Z' };
const read = (value: unknown) => [...normalise(value, where)];
function event(value: unknown): NormalEvent {
  const [only] = read(value);
  if (only === undefined || !('event' in only)) throw new Error(JSON.stringify(only));
  return normalEventSchema.parse(only.event);
}

const audit = (more: object) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'get',
  user: { username: 'system:serviceaccount:prod:web', groups: ['system:serviceaccounts', 'readers'] },
  objectRef: { resource: 'secrets', namespace: 'prod', name: 'key' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
  ...more,
});

describe('kubernetes-audit', () => {
  test('who, what, to what, and how it ended', () => {
    expect(event(audit({}))).toMatchObject({
      time: '2026-11-20T10:00:00.000Z',
      actor: { id: 'kubernetes:ServiceAccount/prod/web', also: ['kubernetes:Group/readers'] },
      operation: 'get secrets',
      activity: 'read',
      targets: ['kubernetes:Secret/prod/key'],
      outcome: 'done',
    });
  });
  test('the pod that a token is bound to acted as well, and the token is the session', () => {
    const extra = {
      'authentication.kubernetes.io/pod-name': ['web-0'],
      'authentication.kubernetes.io/credential-id': ['JTI=7'],
    };
    const { actor } = event(audit({ user: { username: 'system:serviceaccount:prod:web', extra } }));
    expect(actor).toMatchObject({ session: 'JTI=7', also: ['kubernetes:Pod/prod/web-0'] });
  });
  test('whom somebody pretends to be acts, and who is behind it is told', () => {
    const { actor } = event(audit({ impersonatedUser: { username: 'alice' } }));
    expect(actor).toMatchObject({ id: 'kubernetes:User/alice', behind: 'kubernetes:ServiceAccount/prod/web' });
  });
  test('a managed cluster names the cloud identity', () => {
    const extra = { arn: ['arn:aws:sts::123412341234:assumed-role/Dev/me'], accessKeyId: ['ASIAX'] };
    expect(event(audit({ user: { username: 'kubernetes-admin', extra } })).actor).toMatchObject({
      id: 'kubernetes:User/kubernetes-admin',
      also: ['aws:Role/arn:aws:iam::123412341234:role/Dev'],
    });
  });
  test.each([
    [{ responseStatus: { code: 403 } }, 'refused'],
    [{ annotations: { 'authorization.k8s.io/decision': 'forbid' }, responseStatus: {} }, 'refused'],
    [{ responseStatus: { code: 404 }, annotations: { 'authorization.k8s.io/decision': 'allow' } }, 'failed'],
    [{ responseStatus: {} }, 'unknown'],
  ])('%j is %s', (more, outcome) => expect(event(audit(more)).outcome).toBe(outcome));
  test.each([
    [{ verb: 'create', objectRef: { resource: 'pods', subresource: 'exec', namespace: 'a', name: 'b' } }, 'execute'],
    [
      { verb: 'create', objectRef: { resource: 'serviceaccounts', subresource: 'token', namespace: 'a', name: 'b' } },
      'authenticate',
    ],
    [{ verb: 'deletecollection' }, 'delete'],
    [{ verb: 'patch' }, 'change'],
  ])('%j is to %s', (more, activity) => expect(event(audit(more)).activity).toBe(activity));
  test('a request that was only received is no event; a list of events is opened; a path keeps no query', () => {
    expect(read(audit({ stage: 'RequestReceived' }))).toEqual([{ passed: 'kubernetes-audit' }]);
    const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [audit({}), audit({ auditID: 'b' })] };
    expect(read(list).filter((each) => 'event' in each)).toHaveLength(2);
    expect(event(audit({ objectRef: undefined, requestURI: '/healthz?token=secret' })).operation).toBe('get /healthz');
  });
});

const trail = (more: object) => ({
  eventVersion: '1.09',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventTime: '2026-11-20T10:00:00Z',
  eventID: 'e1',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: {
    type: 'IAMUser',
    arn: 'arn:aws:iam::111122223333:user/ci',
    accountId: '111122223333',
    accessKeyId: 'AKIAX',
  },
  requestParameters: { bucketName: 'weights', key: 'm/1.bin' },
  readOnly: true,
  ...more,
});

describe('cloudtrail', () => {
  test('a user, its key, and the bucket that an object lies in', () => {
    const resources = [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::weights/m/1.bin' }];
    expect(event(trail({ resources }))).toMatchObject({
      system: 'aws 111122223333',
      actor: { id: 'aws:User/arn:aws:iam::111122223333:user/ci', credential: 'aws:AccessKey/AKIAX' },
      operation: 's3:GetObject',
      activity: 'read',
      targets: ['aws:Bucket/arn:aws:s3:::weights'],
      outcome: 'done',
    });
  });
  test('a session is that of its role, with the path that the issuer tells', () => {
    const userIdentity = {
      type: 'AssumedRole',
      arn: 'arn:aws:sts::111122223333:assumed-role/job/s1',
      accessKeyId: 'ASIAX',
      sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/ml/job' } },
    };
    const { actor } = event(trail({ userIdentity }));
    expect(actor).toMatchObject({ id: 'aws:Role/arn:aws:iam::111122223333:role/ml/job', session: 's1' });
    expect(actor).not.toHaveProperty('credential');
  });
  test('roles are taken, things are named by what the request says, refusals are refusals', () => {
    const assume = { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole' };
    const roleArn = 'arn:aws:iam::111122223333:role/job';
    expect(event(trail({ ...assume, requestParameters: { roleArn } }))).toMatchObject({
      activity: 'authenticate',
      targets: [`aws:Role/${roleArn}`],
    });
    const secret = {
      eventSource: 'secretsmanager.amazonaws.com',
      eventName: 'GetSecretValue',
      errorCode: 'AccessDenied',
    };
    expect(event(trail({ ...secret, requestParameters: { secretId: 'db/pass' } }))).toMatchObject({
      targets: ['aws:Secret/arn:aws:secretsmanager:eu-west-1:111122223333:secret:db/pass'],
      outcome: 'refused',
      reason: 'AccessDenied',
    });
  });
  test('files of the bucket and EventBridge are opened', () => {
    expect(read({ Records: [trail({}), trail({ eventID: 'e2' })] })).toHaveLength(2);
    expect(event({ source: 'aws.s3', detail: trail({}) }).id).toBe(event(trail({})).id);
  });
});

describe('github-audit', () => {
  const entry = {
    '@timestamp': 1_700_000_000_000,
    action: 'protected_branch.destroy',
    actor: 'Cat',
    repo: 'Acme/Web',
    org: 'Acme',
  };
  test('who did what to which repository', () => {
    expect(event(entry)).toMatchObject({
      system: 'github acme',
      actor: { id: 'github:User/github.com/cat' },
      activity: 'delete',
      targets: ['git:Repository/github.com/acme/web'],
    });
    expect(event({ ...entry, action: 'git.clone' }).targets).toEqual(['git:RepositoryContent/github.com/acme/web']);
  });
});

const attributes = (told: Readonly<Record<string, string>>) =>
  Object.entries(told).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const traces = (
  told: Readonly<Record<string, string>>,
  resource: Readonly<Record<string, string>> = {},
  more = {},
) => ({
  resourceSpans: [
    {
      resource: { attributes: attributes({ 'service.name': 'assistant', ...resource }) },
      scopeSpans: [
        {
          spans: [
            {
              traceId: 't',
              spanId: 's',
              startTimeUnixNano: '1763632800000000000',
              attributes: attributes(told),
              ...more,
            },
          ],
        },
      ],
    },
  ],
});

describe('otlp-spans', () => {
  const call = {
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'search',
    'url.full': 'http://m.example.com:8000/mcp',
  };
  test('a tool of a server, called from a pod', () => {
    const place = { 'k8s.namespace.name': 'agents', 'k8s.pod.name': 'a-0', 'k8s.container.name': 'a' };
    expect(event(traces({ ...call, 'gen_ai.conversation.id': 'c1' }, place))).toMatchObject({
      time: '2025-11-20T10:00:00.000Z',
      actor: {
        name: 'assistant',
        id: 'kubernetes:Pod/agents/a-0',
        also: ['kubernetes:Container/agents/a-0/a'],
        session: 'c1',
      },
      operation: 'tools/call search',
      activity: 'execute',
      targets: ['agent:McpServer/m.example.com:8000/mcp', 'agent:Tool/m.example.com:8000/mcp/search'],
      outcome: 'done',
    });
  });
  test('new and old names of the same; names alone are no nodes', () => {
    for (const told of [
      { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.provider.name': 'openai' },
      { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'm' },
      { 'llm.request.type': 'chat', 'llm.request.model': 'm' },
    ]) {
      const read = event(traces({ ...told, 'gen_ai.agent.name': 'helper' }));
      expect(read).toMatchObject({ operation: 'chat m', activity: 'execute', targets: [], actor: { name: 'helper' } });
      expect(read.actor).not.toHaveProperty('id');
    }
  });
  test('other spans say nothing; errors are told, refusals as such', () => {
    expect(read(traces({ 'http.request.method': 'GET' }))).toEqual([{ passed: 'otlp-spans' }]);
    const failed = { status: { code: 2, message: 'no' } };
    expect(event(traces({ ...call, 'error.type': 'timeout' }, {}, failed))).toMatchObject({
      outcome: 'failed',
      reason: 'no',
    });
    expect(event(traces({ ...call, 'error.type': '403' }, {}, failed)).outcome).toBe('refused');
  });
});

describe('ocsf', () => {
  const activity = {
    class_uid: 6003,
    activity_id: 2,
    time: 1_763_632_800_000,
    metadata: { version: '1.8.0', uid: 'u', product: { name: 'CloudTrail' } },
    cloud: { account: { uid: '111122223333' } },
    actor: {
      user: { uid_alt: 'arn:aws:sts::111122223333:assumed-role/job/s' },
      session: { issuer: iamRole('ml/job') },
    },
    api: { operation: 'GetObject', service: { name: 's3.amazonaws.com' } },
    resources: [{ uid: 'arn:aws:s3:::weights/1.bin' }],
    status_id: 1,
  };
  test('an API call', () => {
    expect(event(activity)).toMatchObject({
      time: '2025-11-20T10:00:00.000Z',
      actor: { id: `aws:Role/${iamRole('ml/job')}` },
      operation: 's3:GetObject',
      activity: 'read',
      targets: ['aws:Bucket/arn:aws:s3:::weights'],
      outcome: 'done',
    });
    const denied = { ...activity, status_id: 2, api: { ...activity.api, response: { error: 'AccessDenied' } } };
    expect(event(denied)).toMatchObject({ outcome: 'refused', reason: 'AccessDenied' });
  });
  test('findings are what a product said; of other classes nothing is known', () => {
    expect(event({ ...activity, class_uid: 2004 })).toMatchObject({
      source: { format: 'ocsf-finding' },
      activity: 'other',
    });
    expect(read({ ...activity, class_uid: 4001 })).toEqual([{ problem: 'No format knows it.' }]);
  });
});

function iamRole(name: string): string {
  return `arn:aws:iam::111122223333:role/${name}`;
}

test('an event without a time is one of the moment at which it came', () => {
  expect(event(trail({ eventTime: undefined }))).toMatchObject({ time: where.received, timeIs: 'received' });
  expect(event(trail({}))).toMatchObject({ timeIs: 'told' });
});

test('one event has one id, by whichever way it comes; and no value is of two formats', () => {
  for (const value of [audit({}), trail({}), { '@timestamp': 1, action: 'a.b', actor: 'c', org: 'd' }])
    expect(eventFormats.filter(({ is }) => is(value))).toHaveLength(1);
  expect(event(audit({})).id).toBe(event(JSON.parse(JSON.stringify(audit({})))).id);
});

test('whatever somebody writes into a log is an event or a sentence, and never an exception', () => {
  const bases = [
    audit({}),
    trail({}),
    traces({ 'gen_ai.operation.name': 'chat' }),
    { '@timestamp': 1_700_000_000_000, action: 'a.b', actor: 'c', org: 'd' },
  ];
  const keys = [...new Set(bases.flatMap((base) => Object.keys(base)))];
  const junk = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(fc.constantFrom(...bases), junk, (base, over) => {
      for (const each of read({ ...base, ...over }))
        if ('event' in each) expect(normalEventSchema.safeParse(each.event).error).toBeUndefined();
        else {
          expect(Object.keys(each)).toHaveLength(1);
          if ('problem' in each) expect(each.problem).not.toContain('failed on it');
        }
    }),
    { numRuns: 2000 },
  );
});

test('ten megabytes in a field are cut', () => {
  const long = 'x'.repeat(10 * 1024 ** 2);
  const userIdentity = { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${long}`, userName: long };
  const read = event(
    trail({ userAgent: long, userIdentity, errorCode: long, requestParameters: { bucketName: long } }),
  );
  expect(JSON.stringify(read).length).toBeLessThan(5000);
});

test('depth and broken text end in a sentence or an event', () => {
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
  expect(read(trail({ additionalEventData: deep }))[0]).toBeDefined();
  expect(event(trail({ userAgent: '\ud800' })).digest).toMatch(/^[0-9a-f]{64}$/);
});
