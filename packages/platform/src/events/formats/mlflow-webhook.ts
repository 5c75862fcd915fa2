/**
 * What MLflow's model registry tells a webhook: models, versions, tags and aliases. MLflow keeps no audit log of its own; who did it
 * and which server it was is not told. Source: MLflow, "Webhooks" (3.3 and later).
 */
import type { EventFormat } from '@firebreak/contract';
import { field, record, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';

const entities =
  /^(registered_model|model_version|model_version_tag|model_version_alias|prompt|prompt_version|prompt_tag|prompt_version_tag|prompt_alias)$/;

export default {
  id: 'mlflow-webhook',
  title: 'MLflow webhooks',
  systems: ['mlflow'],
  is: (value) =>
    entities.test(textAt(value, 'entity') ?? '') &&
    textAt(value, 'action') !== undefined &&
    record(field(value, 'data')) !== undefined,
  read(value) {
    const [entity, action] = [textAt(value, 'entity') ?? '', textAt(value, 'action') ?? ''];
    const [name, version, alias] = ['name', 'version', 'alias'].map((each) => textAt(value, 'data', each));
    const subject = [name, version].filter(Boolean).join('/');
    return {
      time: moment(field(value, 'timestamp')),
      system: 'mlflow',
      actor: { name: 'nobody named' },
      operation: `${entity}.${action} ${subject}${alias === undefined ? '' : `@${alias}`}`.trim(),
      activity: action === 'deleted' ? 'delete' : 'change',
      // Without the server's name: node-finder.ts fits them where one server alone has such a model.
      targets: [
        ...(name === undefined ? [] : [`mlflow:RegisteredModel/${name}`]),
        ...(name === undefined || version === undefined ? [] : [`mlflow:ModelVersion/${name}/${version}`]),
        ...(name === undefined || alias === undefined ? [] : [`mlflow:Alias/${name}@${alias}`]),
      ],
      outcome: 'done',
    };
  },
} satisfies EventFormat;
