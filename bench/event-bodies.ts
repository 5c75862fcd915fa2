/** Background for the line: Kubernetes audit and CloudTrail in equal parts, about 1.3 kB an event, of hundreds of identities. */
import { randomUUID } from 'node:crypto';

const day = Date.UTC(2026, 10, 20);
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

export function kubernetesEvent(at: number): object {
  const [namespace, account, pod] = [`ml-${at % 20}`, `runner-${at % 50}`, `pod-${at % 500}`];
  const time = new Date(day + at).toISOString();
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: randomUUID(),
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/pods/${pod}?timeout=10s`,
    verb: ['get', 'list', 'watch', 'patch'][at % 4],
    user: {
      username: `system:serviceaccount:${namespace}:${account}`,
      uid: randomUUID(),
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [`JTI=${randomUUID()}`],
        'authentication.kubernetes.io/pod-name': [`${account}-abc`],
        'authentication.kubernetes.io/node-name': [`node-${at % 10}`],
      },
    },
    sourceIPs: [`10.0.0.${at % 250}`],
    userAgent: 'controller/v1.31.0 (linux/amd64) kubernetes/abcdef',
    objectRef: { resource: 'pods', namespace, name: pod, apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: time.replace('Z', '000Z'),
    stageTimestamp: time.replace('Z', '000Z'),
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "${account}/${namespace}" of Role "${account}" to ServiceAccount "${account}/${namespace}"`,
    },
  };
}

export function cloudTrailEvent(at: number): object {
  const [role, bucket, key] = [`ml-role-${at % 30}`, `data-${at % 40}`, `train/part-${at % 1000}.parquet`];
  return {
    eventVersion: '1.09',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:session${at % 100}`,
      arn: `arn:aws:sts::111122223333:assumed-role/${role}/session${at % 100}`,
      accountId: '111122223333',
      accessKeyId: `ASIAEXAMPLE${at % 100}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: `arn:aws:iam::111122223333:role/service/${role}`,
          accountId: '111122223333',
          userName: role,
        },
        attributes: { creationDate: '2026-11-20T00:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: new Date(day + at).toISOString(),
    eventSource: 's3.amazonaws.com',
    eventName: ['GetObject', 'HeadObject', 'GetObjectTagging'][at % 3],
    awsRegion: 'eu-west-1',
    sourceIPAddress: `10.1.2.${at % 250}`,
    userAgent: '[Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#5.10 lang/python#3.11]',
    requestParameters: { bucketName: bucket, Host: `${bucket}.s3.eu-west-1.amazonaws.com`, key },
    responseElements: null,
    additionalEventData: { SignatureVersion: 'SigV4', bytesTransferredIn: 0, bytesTransferredOut: 1_048_576 },
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: true,
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
      { accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: '111122223333',
    eventCategory: 'Data',
  };
}

/** A body of lines that is sent again and again, each time with ids and times that nobody has seen. */
export class Body {
  readonly bytes: Buffer;
  readonly events: number;
  readonly #ids: number[] = [];
  readonly #times: number[] = [];

  constructor(events: number, seed: number) {
    this.events = events;
    const lines: string[] = [];
    let at = 0;
    for (let number = 0; number < events; number += 1) {
      const made = number % 2 === 0 ? kubernetesEvent(seed + number) : cloudTrailEvent(seed + number);
      const line = JSON.stringify(made);
      const id = /"(?:auditID|eventID)":"/.exec(line);
      if (id === null || !uuid.test(line)) throw new Error('an event without id');
      this.#ids.push(at + id.index + id[0].length);
      for (const time of line.matchAll(/"(?:requestReceivedTimestamp|stageTimestamp|eventTime)":"/g))
        this.#times.push(at + time.index + time[0].length);
      lines.push(line);
      at += line.length + 1;
    }
    this.bytes = Buffer.from(`${lines.join('\n')}\n`, 'latin1');
  }

  /** @param first number of its first event, that no other has. @param now ms since 1970 */
  renew(first: number, now: number): Buffer {
    for (const [number, at] of this.#ids.entries())
      this.bytes.write((first + number).toString(16).padStart(8, '0'), at, 'latin1');
    const time = new Date(now).toISOString().slice(0, 23);
    for (const at of this.#times) this.bytes.write(time, at, 'latin1');
    return this.bytes;
  }
}
