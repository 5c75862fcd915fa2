/** Logs of gateways, pipelines, registries, datasets and alerts, on events as their systems write them, and what they are carried in. */

import { gzipSync } from 'node:zlib';
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

/** One event of each format, and what it must become. */
const cases: Readonly<Record<string, readonly [value: unknown, expected: object]>> = {
  litellm: [
    {
      id: 'chatcmpl-1',
      litellm_call_id: 'c-1',
      call_type: 'acompletion',
      status: 'success',
      startTime: 1_763_632_800.5,
      model: 'gpt-4o',
      model_group: 'assistant',
      model_parameters: {},
      metadata: { user_api_key_hash: 'a'.repeat(64), user_api_key_alias: 'prod', user_api_key_user_id: 'ann' },
      requester_ip_address: '10.0.0.7',
      session_id: 's-1',
    },
    {
      id: 'litellm/c-1',
      time: '2025-11-20T10:00:00.500Z',
      actor: {
        name: 'prod',
        id: 'litellm:User/ann',
        credential: `litellm:Key/${'a'.repeat(64)}`,
        session: 's-1',
        address: '10.0.0.7',
      },
      operation: 'acompletion assistant',
      activity: 'execute',
      targets: ['litellm:Model/assistant'],
      outcome: 'done',
    },
  ],
  'bedrock-invocation': [
    {
      schemaType: 'ModelInvocationLog',
      timestamp: '2025-11-20T10:00:00Z',
      accountId: '111122223333',
      identity: { arn: 'arn:aws:sts::111122223333:assumed-role/job/s1' },
      requestId: 'r-1',
      operation: 'Converse',
      modelId: 'anthropic.claude',
      errorCode: 'AccessDeniedException',
    },
    {
      system: 'aws 111122223333',
      actor: { id: 'aws:Role/arn:aws:iam::111122223333:role/job', session: 's1' },
      operation: 'bedrock:Converse anthropic.claude',
      outcome: 'refused',
    },
  ],
  'envoy-access': [
    {
      start_time: '2025-11-20T10:00:00.000Z',
      method: 'POST',
      path: '/v1/chat/completions?key=secret',
      response_code: 429,
      response_code_details: 'rate_limited',
      authority: 'llm.example.com',
      downstream_remote_address: '10.0.0.7:51000',
      downstream_peer_uri_san: 'spiffe://cluster.local/ns/agents/sa/assistant',
      genai_model_name: 'gpt-4o',
      'x-request-id': 'q-1',
    },
    {
      actor: {
        id: 'spiffe:Identity/cluster.local/ns/agents/sa/assistant',
        also: ['kubernetes:ServiceAccount/agents/assistant'],
        address: '10.0.0.7',
      },
      operation: 'POST /v1/chat/completions gpt-4o',
      activity: 'execute',
      outcome: 'refused',
      reason: 'rate_limited',
    },
  ],
  'kserve-inference': [
    {
      specversion: '1.0',
      id: 'i-1',
      type: 'org.kubeflow.serving.inference.request',
      source: 'http://localhost:9081/',
      time: '2025-11-20T10:00:00.123456789Z',
      inferenceservicename: 'fraud',
      namespace: 'ml',
      data: { instances: [[1, 2]] },
    },
    {
      operation: 'inference request fraud',
      activity: 'execute',
      targets: ['kubernetes:InferenceService.serving.kserve.io/ml/fraud'],
    },
  ],
  'openlineage-run': [
    {
      eventType: 'COMPLETE',
      eventTime: '2025-11-20T10:00:00.000Z',
      producer: 'https://github.com/OpenLineage/OpenLineage',
      run: { runId: 'run-1' },
      job: { namespace: 'airflow', name: 'train.fraud' },
      inputs: [{ namespace: 's3://raw', name: 'events' }],
      outputs: [{ namespace: 's3://models', name: 'fraud' }],
    },
    {
      actor: { id: 'openlineage:Job/airflow/train.fraud', session: 'run-1' },
      operation: 'run complete',
      activity: 'change',
      targets: ['openlineage:Dataset/s3://models/fraud', 'aws:Bucket/arn:aws:s3:::models'],
    },
  ],
  'github-webhook': [
    {
      action: 'completed',
      workflow_run: { path: '.github/workflows/release.yml', updated_at: '2025-11-20T10:00:00Z' },
      repository: { full_name: 'Acme/Web', html_url: 'https://github.com/Acme/Web' },
      sender: { login: 'Cat' },
    },
    {
      time: '2025-11-20T10:00:00.000Z',
      system: 'github acme',
      actor: { id: 'github:User/github.com/cat' },
      operation: 'workflow_run.completed',
      activity: 'execute',
      targets: [
        'git:Repository/github.com/acme/web',
        'github:Workflow/github.com/acme/web/.github/workflows/release.yml',
      ],
    },
  ],
  's3-event': [
    {
      eventSource: 'aws:s3',
      eventName: 'ObjectRemoved:Delete',
      eventTime: '2025-11-20T10:00:00.000Z',
      userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
      requestParameters: { sourceIPAddress: '10.0.0.7' },
      responseElements: { 'x-amz-request-id': 'x-1' },
      s3: { bucket: { name: 'weights', arn: 'arn:aws:s3:::weights' }, object: { key: 'm.bin', sequencer: '1' } },
    },
    {
      id: 's3-event/x-1/ObjectRemoved:Delete/m.bin#1',
      actor: { name: 'AWS:AIDAEXAMPLE', address: '10.0.0.7' },
      activity: 'delete',
      targets: ['aws:Bucket/arn:aws:s3:::weights'],
    },
  ],
  's3-access': [
    {
      bucket: 'weights',
      requester: 'arn:aws:sts::111122223333:assumed-role/job/s1',
      operation: 'REST.GET.OBJECT',
      key: 'm.bin',
      httpstatus: 200,
      requestid: 'y-1',
      time: '2025-11-20 10:00:00',
      remoteip: '10.0.0.7',
    },
    {
      actor: { id: 'aws:Role/arn:aws:iam::111122223333:role/job', session: 's1' },
      operation: 's3:REST.GET.OBJECT',
      activity: 'read',
      targets: ['aws:Bucket/arn:aws:s3:::weights'],
      outcome: 'done',
    },
  ],
  'lakefs-webhook': [
    {
      event_type: 'post-merge',
      event_time: '2025-11-20T10:00:00Z',
      repository_id: 'lake',
      branch_id: 'main',
      committer: 'ann',
      commit_id: 'abc',
    },
    {
      actor: { id: 'lakefs:User/ann' },
      operation: 'merge main',
      activity: 'change',
      targets: ['lakefs:Repository/lake'],
    },
  ],
  'mlflow-webhook': [
    {
      entity: 'model_version_alias',
      action: 'created',
      timestamp: '2025-11-20T10:00:00+00:00',
      data: { name: 'fraud', alias: 'champion', version: '7' },
    },
    {
      operation: 'model_version_alias.created fraud/7@champion',
      activity: 'change',
      targets: ['mlflow:RegisteredModel/fraud', 'mlflow:ModelVersion/fraud/7', 'mlflow:Alias/fraud@champion'],
    },
  ],
  alertmanager: [
    {
      version: '4',
      receiver: 'firebreak',
      status: 'firing',
      groupLabels: {},
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'GpuStolen', severity: 'critical', namespace: 'ml', pod: 'train-0' },
          annotations: { summary: 'A GPU is gone' },
          startsAt: '2025-11-20T10:00:00Z',
          fingerprint: 'f1',
        },
      ],
    },
    {
      id: 'alertmanager/f1/firing/2025-11-20T10:00:00Z',
      operation: 'firing GpuStolen',
      activity: 'other',
      targets: ['kubernetes:Pod/ml/train-0'],
    },
  ],
  'sarif-result': [
    {
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'Scan', rules: [{ id: 'R1', shortDescription: { text: 'Bad thing' } }] } },
          versionControlProvenance: [{ repositoryUri: 'https://github.com/Acme/Web' }],
          invocations: [{ endTimeUtc: '2025-11-20T10:00:00Z' }],
          results: [{ ruleId: 'R1', level: 'error', message: { text: 'here' } }],
        },
      ],
    },
    {
      time: '2025-11-20T10:00:00.000Z',
      actor: { name: 'Scan' },
      operation: 'found R1',
      targets: ['git:Repository/github.com/acme/web'],
    },
  ],
  'otlp-logs': [
    {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'assistant' } }] },
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: '1763632800000000000',
                  eventName: 'gen_ai.choice',
                  attributes: [{ key: 'gen_ai.system', value: { stringValue: 'openai' } }],
                },
              ],
            },
          ],
        },
      ],
    },
    { system: 'assistant', operation: 'chat gen_ai.choice', activity: 'other', time: '2025-11-20T10:00:00.000Z' },
  ],
  'openai-audit': [
    {
      id: 'audit_log-1',
      type: 'api_key.created',
      effective_at: 1_763_632_800,
      actor: { type: 'session', session: { user: { id: 'user-1', email: 'ann@example.com' }, ip_address: '10.0.0.7' } },
      project: { id: 'proj_1' },
    },
    {
      time: '2025-11-20T10:00:00.000Z',
      actor: { name: 'ann@example.com', id: 'openai:User/user-1', address: '10.0.0.7' },
      operation: 'api_key.created',
      activity: 'change',
      targets: ['openai:Project/proj_1'],
      outcome: 'done',
    },
  ],
  'gcp-audit': [
    {
      insertId: 'g-1',
      timestamp: '2025-11-20T10:00:00Z',
      protoPayload: {
        serviceName: 'aiplatform.googleapis.com',
        methodName: 'google.cloud.aiplatform.v1.ModelService.DeleteModel',
        resourceName: 'projects/p/models/1',
        authenticationInfo: { principalEmail: 'ann@example.com' },
        status: { code: 7, message: 'no' },
      },
    },
    {
      actor: { id: 'gcp:Principal/ann@example.com' },
      activity: 'delete',
      targets: ['gcp:Resource/aiplatform.googleapis.com/projects/p/models/1'],
      outcome: 'refused',
      reason: 'no',
    },
  ],
};

test.each(Object.entries(cases))('%s', (format, [value, expected]) => {
  const read = event(value);
  expect(read.source.format).toBe(format);
  expect(read).toMatchObject(expected);
});

test('no value is of two formats, in an envelope or out of it', () => {
  for (const [value] of Object.values(cases)) {
    const [found] = read(value);
    const raw = found !== undefined && 'raw' in found ? found.raw : undefined;
    expect(eventFormats.filter(({ is }) => is(raw)).map(({ id }) => id)).toHaveLength(1);
    expect(eventFormats.filter(({ is, unwrap }) => is(value) || unwrap?.(value) !== undefined)).toHaveLength(1);
  }
});

describe('what events are carried in', () => {
  const inside = (id: string) => ({
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    eventID: id,
    eventTime: '2025-11-20T10:00:00Z',
    userIdentity: { arn: 'arn:aws:iam::111122223333:user/ci' },
  });
  const text = (id: string) => JSON.stringify(inside(id));
  const base64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64');
  const cloudwatch = { messageType: 'DATA_MESSAGE', logGroup: 'x', logEvents: [{ message: text('1') }] };
  test.each([
    ['EventBridge', { source: 'aws.s3', detail: inside('1') }],
    ['SNS', { Type: 'Notification', Message: text('1') }],
    ['SNS to a function', { Records: [{ EventSource: 'aws:sns', Sns: { Message: text('1') } }] }],
    [
      'SQS',
      { Records: [{ eventSource: 'aws:sqs', body: JSON.stringify({ Type: 'Notification', Message: text('1') }) }] },
    ],
    ['CloudWatch Logs', cloudwatch],
    [
      'Firehose of CloudWatch Logs',
      { requestId: 'r', records: [{ data: base64(gzipSync(JSON.stringify(cloudwatch))) }] },
    ],
    ['Pub/Sub', { subscription: 's', message: { data: base64(text('1')) } }],
    ['HEC', { sourcetype: 'aws', event: inside('1') }],
    ['CloudEvents', { specversion: '1.0', type: 'x', data: inside('1') }],
    ['CloudEvents, packed', { specversion: '1.0', type: 'x', data_base64: base64(text('1')) }],
    ['OTLP logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text('1') } }] }] }] }],
  ])('%s', (_, value) => expect(event(value).id).toBe('cloudtrail/1'));

  test('an event is the same with and without the envelope', () => {
    expect(event({ Type: 'Notification', Message: text('1') }).digest).toBe(event(inside('1')).digest);
  });
  test('CloudTrail’s notification of a file is told, not fetched', () => {
    const Message = JSON.stringify({ s3Bucket: 'trail', s3ObjectKey: ['a.json.gz'] });
    expect(read({ Type: 'Notification', Message })).toEqual([{ problem: expect.stringContaining('which file') }]);
    expect(read({ Type: 'SubscriptionConfirmation', TopicArn: 'arn:x' })).toEqual([
      { problem: expect.stringContaining('confirm a subscription') },
    ]);
  });
  test('envelopes in envelopes end, and a bomb in one does', () => {
    let value: unknown = inside('1');
    for (let depth = 0; depth < 8; depth += 1) value = { Type: 'Notification', Message: JSON.stringify(value) };
    expect(read(value)).toEqual([{ problem: 'It is in more than 5 envelopes.' }]);
    const bomb = gzipSync(Buffer.alloc(200 << 20, 0x20));
    const found = read({ requestId: 'r', records: [{ data: base64(bomb) }, { data: base64(text('1')) }] });
    expect(found.map((each) => ('problem' in each ? 'problem' : 'event'))).toEqual(['problem', 'event']);
  });
});

test('what gateways before LiteLLM know of a failed call', () => {
  const [value] = cases.litellm ?? [];
  const failed = {
    ...(value as object),
    status: 'failure',
    error_information: { error_code: '429', error_message: 'slow down' },
  };
  expect(event(failed)).toMatchObject({ outcome: 'refused', reason: 'slow down' });
  const tool = { mcp_tool_call_metadata: { name: 'search', mcp_server_name: 'tracker', arguments: {} } };
  expect(event({ ...(value as object), call_type: 'call_mcp_tool', metadata: tool })).toMatchObject({
    operation: 'call_mcp_tool tracker/search',
    targets: ['litellm:McpServer/tracker', 'litellm:Tool/tracker/search'],
  });
});

test('a hook that asks before is no event; a resolved alert is one', () => {
  const [lake] = cases['lakefs-webhook'] ?? [];
  expect(read({ ...(lake as object), event_type: 'pre-commit' })).toEqual([{ passed: 'lakefs-webhook' }]);
});

test('whatever somebody posts is an event, passed over or told, and never an exception', () => {
  const values = Object.values(cases).map(([value]) => value);
  const raws = values.flatMap((value) => read(value).flatMap((each) => ('raw' in each ? [each.raw] : [])));
  const bases = [...values, ...raws];
  const keys = [...new Set(bases.flatMap(keysIn))];
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800'), fc.constant('x'.repeat(3000)));
  const junk = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'd' },
      text,
      fc.constantFrom(null, true, 0, -1, 1e308, 1_763_632_800, '__proto__', '2025-11-20T10:00:00Z'),
      fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'd' }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4, depthIdentifier: 'd' }),
    ),
  })).value;
  const changed = fc
    .tuple(fc.constantFrom(...bases), fc.array(fc.tuple(fc.nat(200), junk), { minLength: 1, maxLength: 3 }))
    .map(([base, changes]) => changes.reduce<unknown>((value, [at, into]) => replaced(value, at, into), base));
  fc.assert(
    fc.property(fc.oneof(junk, changed), (value) => {
      for (const each of read(value))
        if ('event' in each) expect(normalEventSchema.safeParse(each.event).error).toBeUndefined();
        else {
          expect(Object.keys(each)).toHaveLength(1);
          if ('problem' in each) expect(each.problem).not.toContain('failed on it');
        }
    }),
    { numRuns: 2500 },
  );
});

function keysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keysIn)];
}

/** The value with its `at`-th place (of as many as it has) replaced. */
function replaced(value: unknown, at: number, into: unknown): unknown {
  let left = at % Math.max(1, keysIn(value).length);
  const walk = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner)) return inner.map(walk);
    return Object.fromEntries(
      Object.entries(inner).map(([key, each]) => {
        left -= 1;
        return [key, left === -1 ? into : walk(each)];
      }),
    );
  };
  return walk(value);
}
