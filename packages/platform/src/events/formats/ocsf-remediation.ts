/**
 * What somebody's response did, in the Open Cybersecurity Schema Framework: Remediation Activity (7001), File (7002), Process (7003) and
 * Network Remediation Activity (7004). Our own response is told so (`response-events/ocsf.ts`) and may come back, as may that of another
 * Firebreak: it is an event that says what was done to what, and no finding, so nothing is made of it but what rules make. What it was done
 * to is a node where it is named by ARN or as ids of nodes are. Source: schema.ocsf.io, 1.8.
 */
import { awsId, type EventFormat, type NormalEvent } from '@firebreak/contract';
import { array, at, field, textAt } from '../../intake/foreign.ts';
import { bucketOfArn, principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';
import { nodeId } from '../node-id.ts';
import { isOcsf, ocsfProduct } from '../ocsf-class.ts';
import { told } from '../told.ts';

const classes: Readonly<Record<number, string>> = {
  7001: 'remediation',
  7002: 'file remediation',
  7003: 'process remediation',
  7004: 'network remediation',
};
const mostTargets = 50;

export default {
  id: 'ocsf-remediation',
  title: 'OCSF remediation: what a response did',
  systems: [],
  is: (value) => isOcsf(value, classes),
  read(value) {
    const product = ocsfProduct(value);
    const uid = textAt(value, 'metadata', 'uid');
    const time = field(value, 'time') ?? textAt(value, 'time_dt');
    const outcome = outcomeOf(field(value, 'status_id'));
    return {
      time: moment(time),
      system: `ocsf ${product}`,
      actor: { name: textAt(value, 'actor', 'user', 'name') ?? textAt(value, 'unmapped', 'actor') ?? product },
      operation: `${classes[field(value, 'class_uid') as number]}: ${textAt(value, 'activity_name') ?? 'unknown'}`,
      activity: 'change',
      targets: [...new Set(namesIn(value).flatMap(nodeOf))],
      outcome,
      ...told({
        reason: outcome === 'done' ? undefined : textAt(value, 'status_detail'),
        ownId: uid === undefined ? undefined : `${product}/${uid}/${String(time ?? '')}`,
      }),
    };
  },
} satisfies EventFormat;

/** 1 is success, 2 failure, 4 what was done in part. */
function outcomeOf(status: unknown): NormalEvent['outcome'] {
  return status === 1 ? 'done' : status === 2 || status === 4 ? 'failed' : 'unknown';
}

function namesIn(value: unknown): readonly string[] {
  const seen = array(field(value, 'observables')).slice(0, mostTargets);
  const resources = array(field(value, 'resources')).slice(0, mostTargets);
  return [
    ...seen.map((each) => textAt(each, 'value')),
    ...resources.map((each) => textAt(each, 'uid') ?? textAt(each, 'name')),
    textAt(value, 'file', 'path'),
    textAt(value, 'process', 'uid'),
    textAt(at(value, 'connection_info'), 'uid'),
  ].filter((name) => name !== undefined);
}

function nodeOf(name: string): string[] {
  if (name.startsWith('arn:')) return [principalOfArn(name) ?? awsId(bucketOfArn(name) ?? name)];
  return nodeId.test(name) ? [name] : [];
}
