/** A day of the demo's company as its systems log it: one attack through five of them, another, and noise; and rules that see it. */

const at = (minute: number) => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;

function audit(minute: number, user: string, verb: string, objectRef: object, address = '10.0.0.7') {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: `${minute} ${user} ${verb}`,
    stage: 'ResponseComplete',
    verb,
    user: { username: user },
    sourceIPs: [address],
    objectRef,
    responseStatus: { code: 200 },
    requestReceivedTimestamp: at(minute),
  };
}

function trail(
  minute: number,
  eventName: string,
  who: object,
  requestParameters: object,
  source = 'ecr.amazonaws.com',
) {
  return {
    eventVersion: '1.09',
    eventSource: source,
    eventName,
    eventTime: at(minute).replace('.000', ''),
    eventID: `${minute} ${eventName}`,
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    userIdentity: { accountId: '111122223333', ...who },
    requestParameters,
  };
}
const roleSession = (role: string) => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/botocore-session-1763633160`,
  sessionContext: { sessionIssuer: { arn: `arn:aws:iam::111122223333:role/${role}` } },
});

function span(minute: number, pod: string, tool: string) {
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const nanoseconds = `${Date.parse(at(minute))}000000`;
  return {
    resource: [text('service.name', 'support-agent'), text('k8s.namespace.name', 'agents'), text('k8s.pod.name', pod)],
    span: {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: `eee19b7ec3c1b1${minute}`,
      startTimeUnixNano: nanoseconds,
      attributes: [
        text('gen_ai.operation.name', 'execute_tool'),
        text('gen_ai.tool.name', tool),
        text('server.address', 'mcp-tickets.agents.svc'),
        text('server.port', '8080'),
      ],
    },
  };
}

const runner = 'system:serviceaccount:ml-serving:predictor-runner';
const grafana = 'system:serviceaccount:monitoring:grafana';

/** @param pod of the support agent, as the twin called it */
export function day(pod: string): unknown[] {
  return [
    // the attack: a serving account's token, used from outside
    audit(
      0,
      runner,
      'create',
      { resource: 'selfsubjectrulesreviews', apiGroup: 'authorization.k8s.io' },
      '203.0.113.9',
    ),
    audit(2, runner, 'get', { resource: 'secrets', namespace: 'ml-serving', name: 's3-model-store' }, '203.0.113.9'),
    audit(
      4,
      runner,
      'create',
      { resource: 'serviceaccounts', subresource: 'token', namespace: 'ml-training', name: 'trainer' },
      '203.0.113.9',
    ),
    trail(7, 'PutImage', roleSession('aurora-retrain'), { repositoryName: 'ml/retrain', imageTag: '1.8' }),
    audit(
      11,
      runner,
      'patch',
      { resource: 'applications', apiGroup: 'argoproj.io', namespace: 'argocd', name: 'agents' },
      '203.0.113.9',
    ),
    span(19, pod, 'export_tickets'),
    // somebody else, elsewhere, at the same time
    trail(
      5,
      'CreateAccessKey',
      { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ci-legacy', accessKeyId: 'AKIAAURORAEXAMPLE004' },
      { userName: 'ci-legacy' },
      'iam.amazonaws.com',
    ),
    // noise: what monitoring does all day, once with something that a rule looks twice at
    ...[1, 3, 6, 9, 12].map((minute) => audit(minute, grafana, 'list', { resource: 'pods', namespace: 'monitoring' })),
    audit(8, grafana, 'get', { resource: 'configmaps', namespace: 'monitoring', name: 'dashboards' }),
  ];
}

const rule = (
  id: string,
  level: string,
  title: string,
  selection: string,
  source = 'product: kubernetes, service: audit',
) =>
  `title: ${title}\nid: ${id}\nstatus: stable\nlevel: ${level}\nlogsource: {${source}}\ndetection:\n  s: ${selection}\n  condition: s\n`;
/** Sigma rules, a file each. */
export const rules = [
  rule(
    'token-abroad',
    'medium',
    'A token asks from outside what it may do',
    "{objectRef.resource: selfsubjectrulesreviews, sourceIPs: '203.0.113.9'}",
  ),
  rule('secret-read', 'high', 'A credential was read', '{verb: get, objectRef.resource: secrets}'),
  rule('token-minted', 'high', 'A token was made for another account', '{verb: create, objectRef.subresource: token}'),
  rule('image-push', 'medium', 'An image was pushed', '{eventName: PutImage}', 'product: aws, service: cloudtrail'),
  rule('delivery-change', 'high', 'Delivery was changed by hand', '{verb: patch, objectRef.resource: applications}'),
  rule(
    'new-key',
    'high',
    'A user made itself a key',
    '{eventName: CreateAccessKey}',
    'product: aws, service: cloudtrail',
  ),
  rule('dashboards', 'low', 'Dashboards were read', '{verb: get, objectRef.resource: configmaps}'),
];
