/**
 * Requests and responses of models as KServe's inference logger posts them: CloudEvents of `org.kubeflow.serving.inference.*`, whose
 * data is the body. Who asked is not told. Source: KServe, "Inference Logger"; CloudEvents 1.0.2.
 */
import { type EventFormat, kubernetesId } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

const type = /^org\.kubeflow\.serving\.inference\.(request|response)$/;

export default {
  id: 'kserve-inference',
  title: 'KServe inference logger',
  systems: ['kubernetes'],
  is: (value) => textAt(value, 'specversion') !== undefined && type.test(textAt(value, 'type') ?? ''),
  read(value) {
    const [, which = 'request'] = type.exec(textAt(value, 'type') ?? '') ?? [];
    const namespace = textAt(value, 'namespace');
    const service = textAt(value, 'inferenceservicename');
    const own = textAt(value, 'id');
    return {
      time: moment(textAt(value, 'time')),
      system: 'kubernetes',
      actor: { name: 'nobody named' },
      operation: `inference ${which} ${service ?? ''}`.trim(),
      // The response belongs to the request: told twice, it must not count twice.
      activity: which === 'request' ? 'execute' : 'other',
      targets:
        namespace === undefined || service === undefined
          ? []
          : [kubernetesId('InferenceService.serving.kserve.io', namespace, service)],
      outcome: field(value, 'data') === undefined && field(value, 'data_base64') === undefined ? 'unknown' : 'done',
      ...told({ ownId: own === undefined ? undefined : `${which}/${own}` }),
    };
  },
} satisfies EventFormat;
