/** What a subscription filter of CloudWatch Logs sends on: `logEvents`, each a text that is an event. */
import { array, field, textAt } from '../../intake/foreign.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'cloudwatch-logs',
  open(value) {
    const type = textAt(value, 'messageType');
    if (type === 'CONTROL_MESSAGE' && textAt(value, 'logGroup') !== undefined) return [];
    if (type !== 'DATA_MESSAGE' || !Array.isArray(field(value, 'logEvents'))) return undefined;
    return array(field(value, 'logEvents')).map((each) => recordedJson(field(each, 'message')));
  },
} satisfies Envelope;
