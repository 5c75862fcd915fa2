/**
 * Changes of objects as S3 tells them: event notifications (`{"Records": […]}`, by SNS, SQS or Lambda) and by EventBridge. Who did it
 * is an id that only AWS resolves, so it stays a name. Source: S3 user guide, "Event message structure"; EventBridge, "S3 events".
 */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { at, field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

export default {
  id: 's3-event',
  title: 'S3 event notifications',
  systems: ['aws'],
  is: (value) =>
    (textAt(value, 's3', 'bucket', 'name') !== undefined && textAt(value, 'eventName') !== undefined) ||
    (textAt(value, 'source') === 'aws.s3' && textAt(value, 'detail', 'bucket', 'name') !== undefined),
  read(value) {
    const isNotice = field(value, 's3') !== undefined;
    const about = isNotice ? field(value, 's3') : field(value, 'detail');
    const bucket = textAt(about, 'bucket', 'name') ?? '';
    const name = (isNotice ? textAt(value, 'eventName') : textAt(value, 'detail-type')) ?? 'unknown';
    const account = isNotice ? undefined : textAt(value, 'account');
    const request = isNotice ? textAt(value, 'responseElements', 'x-amz-request-id') : textAt(about, 'request-id');
    const object = `${textAt(about, 'object', 'key') ?? ''}#${textAt(about, 'object', 'sequencer') ?? ''}`;
    return {
      time: moment(textAt(value, 'eventTime') ?? textAt(value, 'time')),
      system: account === undefined ? 'aws' : `aws ${account}`,
      actor: {
        name: textAt(value, 'userIdentity', 'principalId') ?? textAt(about, 'requester') ?? 'nobody named',
        ...told({
          address: textAt(value, 'requestParameters', 'sourceIPAddress') ?? textAt(about, 'source-ip-address'),
        }),
      },
      operation: `s3:${name}`,
      activity: activityOf(name),
      targets: [`aws:Bucket/${textAt(at(about, 'bucket'), 'arn') ?? `arn:aws:s3:::${bucket}`}`],
      outcome: 'done',
      ...told({ ownId: request === undefined ? undefined : `${request}/${name}/${object}` }),
    };
  },
} satisfies EventFormat;

function activityOf(name: string): NormalEvent['activity'] {
  if (/Removed|Deleted|Expiration/.test(name)) return 'delete';
  return /Created|Tag|Acl|ACL|Storage|Transition|Restore/.test(name) ? 'change' : 'other';
}
