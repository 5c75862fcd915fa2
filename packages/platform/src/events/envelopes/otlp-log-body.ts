/** A log record of OpenTelemetry whose body is an event that we know: an audit log that a collector handed on. */
import { field, record } from '../../intake/foreign.ts';
import { isKnown } from '../formats/index.ts';
import { plainValue } from '../otlp/attributes.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'otlp-log-body',
  open(value) {
    const log = record(field(value, 'log'));
    if (log === undefined || !Array.isArray(field(value, 'resource'))) return undefined;
    const body = recordedJson(plainValue(log.body));
    return isKnown(body) ? [body] : undefined;
  },
} satisfies Envelope;
