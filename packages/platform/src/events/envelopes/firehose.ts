/** Records of Amazon Data Firehose: base64 of text that may be packed by gzip, with events one after the other. */
import { gunzipSync } from 'node:zlib';
import { array, field, textAt } from '../../intake/foreign.ts';
import { jsonValues } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

/** Of all records of one request, unpacked. */
const mostBytes = 128 * 1024 ** 2;

export default {
  id: 'firehose',
  open(value) {
    if (textAt(value, 'requestId') === undefined || !Array.isArray(field(value, 'records'))) return undefined;
    const records = array(field(value, 'records'));
    if (records.length > 0 && textAt(records[0], 'data') === undefined) return undefined;
    let left = mostBytes;
    const found: unknown[] = [];
    for (const each of records) {
      const bytes = Buffer.from(textAt(each, 'data') ?? '', 'base64');
      try {
        const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
        const text = isPacked ? gunzipSync(bytes, { maxOutputLength: Math.max(left, 1) }) : bytes;
        left -= text.byteLength;
        for (const event of jsonValues(text.toString())) found.push(event);
      } catch {
        found.push('A record that is packed, and broken or too large.');
      }
    }
    return found;
  },
} satisfies Envelope;
