/** A CloudEvent (structured mode) whose data is an event that we know. */
import { field, textAt } from '../../intake/foreign.ts';
import { isKnown } from '../formats/index.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'cloudevent',
  open(value) {
    if (textAt(value, 'specversion') === undefined || textAt(value, 'type') === undefined) return undefined;
    const packed = textAt(value, 'data_base64');
    const data = recordedJson(packed === undefined ? field(value, 'data') : Buffer.from(packed, 'base64').toString());
    return isKnown(data) ? [data] : undefined;
  },
} satisfies Envelope;
