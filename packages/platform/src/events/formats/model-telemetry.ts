/** Batches of inferences as teams send them themselves (`POST /api/telemetry`). */
import type { EventFormat } from '@firebreak/contract';
import { array, field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { isTelemetryBatch } from '../observations.ts';

export default {
  id: 'model-telemetry',
  title: 'Batches of inferences, as their own pipeline measures them',
  systems: [],
  is: isTelemetryBatch,
  read(value) {
    const model = textAt(value, 'model');
    if (model === undefined) return 'It names no model.';
    const own = textAt(value, 'id');
    const count = array(field(value, 'records')).length;
    return {
      time: moment(field(value, 'to')) ?? moment(field(value, 'from')),
      system: 'models',
      actor: { name: 'a telemetry pipeline' },
      operation: `${count} inferences of ${model}`,
      activity: 'execute',
      targets: isNode(model) ? [model] : [],
      outcome: 'done',
      ...(own === undefined ? {} : { ownId: own }),
    };
  },
} satisfies EventFormat;

/** `<system>:<Kind>/<name>`; a model's plain name may hold a colon as well (`llama3:8b`). */
function isNode(model: string): boolean {
  return /^[a-z][a-z0-9-]{0,30}:[A-Z][A-Za-z0-9.-]{0,60}\//.test(model);
}
