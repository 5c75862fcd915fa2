/** An event as it is sent to Splunk's HTTP Event Collector, with its own members around it. */
import { field, record, textAt } from '../../intake/foreign.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'event-collector',
  open(value) {
    const has = ['sourcetype', 'source', 'index', 'host'].some((name) => textAt(value, name) !== undefined);
    const event = recordedJson(field(value, 'event'));
    return has && record(event) !== undefined ? [event] : undefined;
  },
} satisfies Envelope;
