/**
 * Events of the Open Cybersecurity Schema Framework in the classes that tell what an identity did: API Activity (6003), Authentication
 * (3002), Account Change (3001), Entity Management (3004), Datastore Activity (6005). Findings are not events. Who and what are nodes
 * where the event names them by ARN or as Kubernetes names them. Source: schema.ocsf.io, 1.8.
 */
import { awsId, type EventFormat, kubernetesUserId, type NormalEvent, serviceAccountOf } from '@firebreak/contract';
import { array, at, field, textAt } from '../../intake/foreign.ts';
import { bucketOfArn, principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';
import { isOcsf } from '../ocsf-class.ts';

const classes: Readonly<Record<number, string>> = {
  3001: 'account change',
  3002: 'authentication',
  3004: 'entity management',
  6003: 'API activity',
  6005: 'datastore activity',
};
/** Of `activity_id` 1 to 4 in the classes about resources. */
const activities: readonly NormalEvent['activity'][] = ['other', 'change', 'read', 'change', 'delete'];

export default {
  id: 'ocsf',
  title: 'OCSF events about identities and APIs',
  systems: ['aws', 'kubernetes'],
  is: (value) => isOcsf(value, classes),
  read(value) {
    const of = field(value, 'class_uid') as number;
    const account = textAt(value, 'cloud', 'account', 'uid');
    const service = textAt(value, 'api', 'service', 'name')?.replace(/\.amazonaws\.com$/, '');
    const operation = textAt(value, 'api', 'operation') ?? textAt(value, 'activity_name') ?? classes[of] ?? 'unknown';
    const ownId = textAt(value, 'metadata', 'uid');
    const reason = textAt(value, 'api', 'response', 'error') ?? textAt(value, 'status_detail');
    const outcome = outcomeOf(value);
    return {
      time: moment(field(value, 'time') ?? textAt(value, 'time_dt')),
      system: account === undefined ? (textAt(value, 'metadata', 'product', 'name') ?? 'ocsf') : `aws ${account}`,
      actor: actorOf(value),
      operation: service === undefined ? operation : `${service}:${operation}`,
      activity: activityOf(of, field(value, 'activity_id')),
      targets: [...new Set(array(field(value, 'resources')).flatMap(targetOf))],
      outcome,
      ...(outcome === 'done' || reason === undefined ? {} : { reason }),
      ...(ownId === undefined ? {} : { ownId }),
    };
  },
} satisfies EventFormat;

function actorOf(value: unknown): NormalEvent['actor'] {
  const user = at(value, 'actor', 'user') ?? field(value, 'user');
  const issuer = textAt(value, 'actor', 'session', 'issuer');
  const told = [issuer, textAt(user, 'uid_alt'), textAt(user, 'uid'), textAt(user, 'name')];
  const id = told.map((each) => (each === undefined ? undefined : identityOf(each))).find((each) => each !== undefined);
  const key = textAt(user, 'credential_uid') ?? textAt(value, 'actor', 'session', 'credential_uid');
  const session = textAt(value, 'actor', 'session', 'uid');
  const address = textAt(value, 'src_endpoint', 'ip');
  const agent = textAt(value, 'http_request', 'user_agent');
  return {
    name:
      textAt(user, 'name') ??
      told.find((each) => each !== undefined) ??
      textAt(value, 'actor', 'invoked_by') ??
      'nobody named',
    ...(id === undefined ? {} : { id }),
    ...(key?.startsWith('AKIA') === true ? { credential: `aws:AccessKey/${key}` } : {}),
    ...(session === undefined ? {} : { session }),
    ...(address === undefined ? {} : { address }),
    ...(agent === undefined ? {} : { agent }),
  };
}

function identityOf(name: string): string | undefined {
  return serviceAccountOf(name) === undefined ? principalOfArn(name) : kubernetesUserId(name);
}

function targetOf(resource: unknown): string[] {
  const uid = textAt(resource, 'uid') ?? textAt(resource, 'name');
  return uid?.startsWith('arn:') === true ? [awsId(bucketOfArn(uid) ?? uid)] : [];
}

function activityOf(of: number, activity: unknown): NormalEvent['activity'] {
  if (of === 3002) return 'authenticate';
  return typeof activity === 'number' ? (activities[activity] ?? 'other') : 'other';
}

function outcomeOf(value: unknown): NormalEvent['outcome'] {
  const status = field(value, 'status_id');
  if (status === 1) return 'done';
  if (status !== 2) return 'unknown';
  const code = textAt(value, 'api', 'response', 'error') ?? textAt(value, 'status_code') ?? '';
  return /AccessDenied|Unauthorized|Forbidden|^40[13]$/.test(code) ? 'refused' : 'failed';
}
