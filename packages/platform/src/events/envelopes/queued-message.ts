/** A message of a queue or a topic that holds an event as text: SQS as a function gets it, Pub/Sub as it is pushed. */
import { textAt } from '../../intake/foreign.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'queued-message',
  open(value) {
    const body = textAt(value, 'eventSource') === 'aws:sqs' ? textAt(value, 'body') : undefined;
    if (body !== undefined) return [recordedJson(body)];
    const data = textAt(value, 'subscription') === undefined ? undefined : textAt(value, 'message', 'data');
    return data === undefined ? undefined : [recordedJson(Buffer.from(data, 'base64').toString())];
  },
} satisfies Envelope;
