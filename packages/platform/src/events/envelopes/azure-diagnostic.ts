/** A diagnostic log of Azure that holds another system's event as a text: the audit log of a managed cluster. */
import { textAt } from '../../intake/foreign.ts';
import { isKnown } from '../formats/index.ts';
import { recordedJson } from '../recorded-json.ts';
import type { Envelope } from './envelope.ts';

export default {
  id: 'azure-diagnostic',
  open(value) {
    if (textAt(value, 'category') === undefined) return undefined;
    const log = textAt(value, 'properties', 'log');
    const inside = log === undefined ? undefined : recordedJson(log);
    return inside !== undefined && isKnown(inside) ? [inside] : undefined;
  },
} satisfies Envelope;
