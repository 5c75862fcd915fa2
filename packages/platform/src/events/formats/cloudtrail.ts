/**
 * CloudTrail events: as files in the bucket (`{"Records": […]}`), one a line, or as CloudWatch and EventBridge hand them on. Things
 * are named by the ARNs of `resources` and, where those are missing, by what the request names: an id becomes a node only together
 * with account and region. Source: CloudTrail user guide, "CloudTrail record contents".
 */
import { awsId, type EventFormat, type NormalEvent } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { bucketOfArn, principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';

/** By event source: what the request calls the thing, and its ARN's resource part. */
const named: Readonly<Record<string, readonly (readonly [parameter: string, service: string, prefix: string])[]>> = {
  s3: [['bucketName', 's3', '']],
  secretsmanager: [['secretId', 'secretsmanager', 'secret:']],
  ssm: [
    ['name', 'ssm', 'parameter/'],
    ['instanceId', 'ec2', 'instance/'],
    ['target', 'ec2', 'instance/'],
  ],
  kms: [['keyId', 'kms', 'key/']],
  lambda: [['functionName', 'lambda', 'function:']],
  ec2: [
    ['instanceId', 'ec2', 'instance/'],
    ['groupId', 'ec2', 'security-group/'],
  ],
  iam: [
    ['userName', 'iam', 'user/'],
    ['roleName', 'iam', 'role/'],
    ['groupName', 'iam', 'group/'],
  ],
  sts: [['roleArn', 'iam', 'role/']],
  ecr: [['repositoryName', 'ecr', 'repository/']],
  eks: [['name', 'eks', 'cluster/']],
  sagemaker: [
    ['endpointName', 'sagemaker', 'endpoint/'],
    ['modelName', 'sagemaker', 'model/'],
    ['notebookInstanceName', 'sagemaker', 'notebook-instance/'],
    ['trainingJobName', 'sagemaker', 'training-job/'],
  ],
  bedrock: [
    ['agentId', 'bedrock', 'agent/'],
    ['knowledgeBaseId', 'bedrock', 'knowledge-base/'],
  ],
};
const global = new Set(['iam']);
const refusals = /AccessDenied|Unauthorized|NotAuthorized|Forbidden/;
const signIns = /^(AssumeRole|GetSessionToken|GetFederationToken|ConsoleLogin|CreateToken|GetCallerIdentity)/;
const runs =
  /^(Invoke|RunCommand|SendCommand|StartSession|ExecuteCommand|StartExecution|RunInstances|RunTask|Converse)/;
const deletes = /^(Delete|Remove|Terminate|Deregister|Detach)/;

export default {
  id: 'cloudtrail',
  title: 'AWS CloudTrail',
  systems: ['aws'],
  is: (value) =>
    textAt(value, 'eventSource')?.endsWith('.amazonaws.com') === true && textAt(value, 'eventName') !== undefined,
  unwrap(value) {
    const records = field(value, 'Records');
    if (Array.isArray(records)) return records;
    const detail = record(field(value, 'detail'));
    return detail !== undefined && textAt(detail, 'eventSource') !== undefined ? [detail] : undefined;
  },
  read(value) {
    const time = moment(textAt(value, 'eventTime'));
    const service = (textAt(value, 'eventSource') ?? '').replace(/\.amazonaws\.com$/, '');
    const name = textAt(value, 'eventName') ?? 'unknown';
    const actor = actorOf(value);
    const account = textAt(value, 'recipientAccountId') ?? textAt(value, 'userIdentity', 'accountId');
    const error = textAt(value, 'errorCode');
    const message = textAt(value, 'errorMessage');
    const ownId = textAt(value, 'eventID');
    return {
      time,
      system: account === undefined ? 'aws' : `aws ${account}`,
      actor,
      operation: `${service}:${name}`,
      activity: activityOf(value, name),
      targets: targetsOf(value, service, account),
      outcome: outcomeOf(value, error),
      ...(error === undefined ? {} : { reason: [error, message].filter(Boolean).join(': ').slice(0, 500) }),
      ...(ownId === undefined ? {} : { ownId }),
    };
  },
} satisfies EventFormat;

/** Where it says nobody, the service acted by itself. */
function actorOf(value: unknown): NormalEvent['actor'] {
  const who = record(at(value, 'userIdentity'));
  const arn = textAt(who, 'arn');
  const issuer = textAt(who, 'sessionContext', 'sessionIssuer', 'arn');
  const name =
    arn ??
    textAt(who, 'invokedBy') ??
    textAt(who, 'userName') ??
    textAt(who, 'principalId') ??
    textAt(who, 'type') ??
    textAt(value, 'eventSource') ??
    'nobody named';
  const account = textAt(who, 'accountId');
  // The issuer has the path of the role, which the session's own ARN leaves out.
  const id =
    (issuer === undefined ? undefined : principalOfArn(issuer)) ??
    (arn === undefined ? userOf(who, account) : principalOfArn(arn));
  const key = textAt(who, 'accessKeyId');
  const session = arn?.includes(':assumed-role/') === true ? arn.split('/').at(-1) : undefined;
  const address = textAt(value, 'sourceIPAddress');
  const agent = textAt(value, 'userAgent');
  return {
    name,
    ...(id === undefined
      ? textAt(who, 'type') === 'Root' && account !== undefined
        ? { id: `aws:Privilege/${account}/administrator` }
        : {}
      : { id }),
    // Keys of sessions end with them and are no node.
    ...(key?.startsWith('AKIA') === true ? { credential: `aws:AccessKey/${key}` } : {}),
    ...(session !== undefined ? { session } : key === undefined ? {} : { session: key }),
    ...(address === undefined ? {} : { address }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** A user without an ARN is told by account and name; without its path, which the estate's finder allows for. */
function userOf(who: unknown, account: string | undefined): string | undefined {
  const name = textAt(who, 'userName') ?? '';
  const isUser = textAt(who, 'type') === 'IAMUser' && /^[\w+=,.@-]{1,64}$/.test(name);
  return isUser && /^\d{12}$/.test(account ?? '') ? awsId(`arn:aws:iam::${account}:user/${name}`) : undefined;
}

function outcomeOf(value: unknown, error: string | undefined): NormalEvent['outcome'] {
  if (error !== undefined) return refusals.test(error) ? 'refused' : 'failed';
  return textAt(value, 'responseElements', 'ConsoleLogin') === 'Failure' ? 'refused' : 'done';
}

function activityOf(value: unknown, name: string): NormalEvent['activity'] {
  if (signIns.test(name)) return 'authenticate';
  if (runs.test(name)) return 'execute';
  if (deletes.test(name)) return 'delete';
  const readOnly = field(value, 'readOnly');
  if (readOnly === true || readOnly === 'true') return 'read';
  return /^(Get|List|Describe|Head|BatchGet|Decrypt|Search|Query|Scan|Retrieve|Select)/.test(name) ? 'read' : 'change';
}

function targetsOf(value: unknown, service: string, account: string | undefined): string[] {
  const found = new Set<string>();
  for (const resource of array(field(value, 'resources'))) {
    const arn = textAt(resource, 'ARN') ?? textAt(resource, 'arn');
    if (arn?.startsWith('arn:') === true) found.add(nodeOf(arn));
  }
  const region = textAt(value, 'awsRegion') ?? '';
  for (const [parameter, of, prefix] of Object.hasOwn(named, service) ? (named[service] ?? []) : [])
    for (const written of valuesOf(at(value, 'requestParameters', parameter))) {
      if (written.startsWith('arn:')) found.add(nodeOf(written));
      else if (of === 's3') found.add(awsId(`arn:aws:s3:::${written}`));
      else if (account !== undefined && (prefix !== 'key/' || /^[0-9a-f-]{36}$/.test(written)))
        found.add(
          awsId(`arn:aws:${of}:${global.has(of) ? '' : region}:${account}:${prefix}${written.replace(/^\/(?=.)/, '')}`),
        );
    }
  return [...found];
}

function valuesOf(value: unknown): readonly string[] {
  return text(value) === undefined
    ? array(value).filter((each): each is string => typeof each === 'string')
    : [text(value) as string];
}

/** An object of a bucket is the bucket's content; a version or alias of a function is the function. */
function nodeOf(arn: string): string {
  const bucket = bucketOfArn(arn);
  if (bucket !== undefined) return awsId(bucket);
  return awsId(arn.includes(':lambda:') ? arn.split(':').slice(0, 7).join(':') : arn);
}
