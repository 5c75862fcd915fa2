/**
 * Findings of others in the Open Cybersecurity Schema Framework: Security Finding (2001, until 1.1), Vulnerability (2002), Compliance
 * (2003), Detection (2004) and Incident Finding (2005). They are told as what a product said, not as what somebody did; who and what
 * they name become nodes where the name is an ARN, a Kubernetes object with its namespace, or an id of a node. Source: schema.ocsf.io,
 * 1.8.
 */
import { awsId, type EventFormat, kubernetesId, kubernetesUserId, serviceAccountOf } from '@firebreak/contract';
import { array, at, field, textAt } from '../../intake/foreign.ts';
import { bucketOfArn, principalOfArn } from '../arns.ts';
import { findingEventId, findingUidOf } from '../finding-uid.ts';
import { moment } from '../moment.ts';
import { nodeId } from '../node-id.ts';
import { isOcsf, ocsfProduct } from '../ocsf-class.ts';
import { told } from '../told.ts';

const classes: Readonly<Record<number, string>> = {
  2001: 'security finding',
  2002: 'vulnerability',
  2003: 'compliance finding',
  2004: 'detection',
  2005: 'incident',
};
const mostNamed = 100;

export default {
  id: 'ocsf-finding',
  title: 'OCSF findings of others',
  systems: [],
  is: (value) => isOcsf(value, classes),
  read(value) {
    const of = field(value, 'class_uid') as number;
    const product = ocsfProduct(value);
    const uid = uidOf(value);
    const time = field(value, 'time') ?? textAt(value, 'time_dt');
    const actors = [...new Set(users(value).flatMap(identitiesOf))];
    const key = users(value)
      .map((user) => textAt(user, 'credential_uid'))
      .find((each) => each?.startsWith('AKIA') === true);
    return {
      time: moment(time),
      system: `ocsf ${product}`,
      actor: {
        name: product,
        ...told({
          id: actors[0],
          also: actors.length < 2 ? undefined : actors.slice(1),
          credential: key === undefined ? undefined : `aws:AccessKey/${key}`,
        }),
      },
      operation: `found ${classes[of]} ${titleOf(value) ?? ''}`.trim(),
      activity: 'other',
      targets: [...new Set(resources(value).flatMap(nodesOf))],
      outcome: 'done',
      ...told({
        ownId:
          uid === undefined
            ? undefined
            : findingEventId(uid, `${field(value, 'type_uid') ?? of}/${String(time ?? '')}`),
      }),
    };
  },
} satisfies EventFormat;

/** What it found, in words. Foreign text. */
export function titleOf(value: unknown): string | undefined {
  return (
    textAt(value, 'finding_info', 'title') ??
    textAt(value, 'finding', 'title') ??
    textAt(array(field(value, 'finding_info_list'))[0], 'title') ??
    textAt(value, 'message')
  );
}

/**
 * The uid under which the finding goes wherever it is told. One that a Firebreak made of somebody's finding goes under that one's: the
 * event that it cites says so, however many have told it on.
 */
function uidOf(value: unknown): string | undefined {
  for (const event of array(at(value, 'finding_info', 'related_events'))) {
    const origin = findingUidOf(textAt(event, 'uid') ?? '');
    if (origin !== undefined) return origin;
  }
  return textAt(value, 'finding_info', 'uid') ?? textAt(value, 'finding', 'uid') ?? textAt(value, 'metadata', 'uid');
}

function users(value: unknown): readonly unknown[] {
  const evidences = array(field(value, 'evidences')).slice(0, mostNamed);
  return [value, ...evidences].flatMap((each) => {
    const found = [at(each, 'actor', 'user'), field(each, 'user')].filter((user) => user !== undefined);
    const issuer = textAt(each, 'actor', 'session', 'issuer');
    return issuer === undefined ? found : [...found, { uid: issuer }];
  });
}

function resources(value: unknown): readonly unknown[] {
  const evidences = array(field(value, 'evidences')).slice(0, mostNamed);
  return [
    ...array(field(value, 'resources')).slice(0, mostNamed),
    field(value, 'resource'),
    ...evidences.flatMap((each) => array(field(each, 'resources')).slice(0, mostNamed)),
  ].filter((each) => each !== undefined);
}

function identitiesOf(user: unknown): string[] {
  for (const told of [textAt(user, 'uid'), textAt(user, 'uid_alt'), textAt(user, 'name')]) {
    if (told === undefined) continue;
    const id = serviceAccountOf(told) === undefined ? principalOfArn(told) : kubernetesUserId(told);
    if (id !== undefined) return [id];
    if (nodeId.test(told)) return [told];
  }
  return [];
}

/** Kinds whose objects a finding names by kind, namespace and name. */
const kinds = new Map(
  ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ServiceAccount', 'Secret', 'ConfigMap'].map(
    (kind) => [kind.toLowerCase(), kind],
  ),
);

function nodesOf(resource: unknown): string[] {
  const uid = textAt(resource, 'uid') ?? textAt(resource, 'name') ?? '';
  if (uid.startsWith('arn:')) return [principalOfArn(uid) ?? awsId(bucketOfArn(uid) ?? uid)];
  if (nodeId.test(uid)) return [uid];
  const kind = kinds.get(
    textAt(resource, 'type')
      ?.toLowerCase()
      .replace(/^kubernetes\W*/, '') ?? '',
  );
  const [namespace, name] = [textAt(resource, 'namespace'), textAt(resource, 'name')];
  return kind === undefined || namespace === undefined || name === undefined
    ? []
    : [kubernetesId(kind, namespace, name)];
}
