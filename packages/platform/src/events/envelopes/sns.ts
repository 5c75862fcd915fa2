/**
 * A message of Amazon SNS, as it is posted, put into a queue, or given to a function. CloudTrail's own notifications hold no events but
 * say in which file of a bucket they are: that is told, and not fetched.
 */
import { field, textAt } from '../../intake/foreign.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'sns',
  open(value) {
    const type = textAt(value, 'Type');
    const message = textAt(value, 'Message') ?? textAt(value, 'Sns', 'Message');
    if (type === 'SubscriptionConfirmation' && textAt(value, 'TopicArn') !== undefined)
      return 'Amazon SNS asks to confirm a subscription: that is yours to do, or send by EventBridge or Firehose.';
    if (message === undefined || (type !== 'Notification' && field(value, 'Sns') === undefined)) return undefined;
    const inside = recordedJson(message);
    const place = textAt(inside, 's3Bucket');
    if (place !== undefined && Array.isArray(field(inside, 's3ObjectKey')))
      return 'It says only in which file of a bucket events are: follow the bucket (firebreak ingest s3://…), or send by EventBridge or Firehose.';
    return [inside];
  },
} satisfies Envelope;
