/**
 * Run events of OpenLineage (2-0-2): a job began, wrote its outputs, or failed. Datasets and jobs are nodes by namespace and name, as
 * the estate names them. Events about a dataset or a job alone say nothing that happened.
 */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { array, field, record, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

export default {
  id: 'openlineage-run',
  title: 'OpenLineage run events',
  systems: ['openlineage'],
  is: (value) =>
    textAt(value, 'eventTime') !== undefined &&
    textAt(value, 'producer') !== undefined &&
    [field(value, 'job'), field(value, 'dataset')].some((each) => textAt(each, 'name') !== undefined),
  read(value) {
    const run = textAt(value, 'run', 'runId');
    const job = nameOf(field(value, 'job'));
    if (run === undefined || job === undefined) return undefined;
    const type = textAt(value, 'eventType')?.toUpperCase() ?? 'OTHER';
    const [inputs, outputs] = [datasets(field(value, 'inputs')), datasets(field(value, 'outputs'))];
    const ended = type === 'COMPLETE';
    const failed = type === 'FAIL' || type === 'ABORT';
    return {
      time: moment(textAt(value, 'eventTime')),
      system: `openlineage ${job.namespace}`,
      actor: {
        name: `${job.namespace}/${job.name}`,
        id: `openlineage:Job/${job.namespace}/${job.name}`,
        session: run,
        ...told({ agent: textAt(value, 'producer') }),
      },
      operation: `run ${type.toLowerCase()}`,
      activity: activityOf(type, outputs.length > 0),
      targets: outputs.length > 0 && (ended || failed) ? outputs : [...inputs, ...(type === 'START' ? [] : outputs)],
      outcome: failed ? 'failed' : 'done',
      ownId: `${run}/${type}/${textAt(value, 'eventTime')}`,
      ...told({ reason: failed ? textAt(value, 'run', 'facets', 'errorMessage', 'message') : undefined }),
    };
  },
} satisfies EventFormat;

function activityOf(type: string, writes: boolean): NormalEvent['activity'] {
  if (type === 'START') return 'execute';
  return writes ? 'change' : 'read';
}

function nameOf(value: unknown): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace, name] = [textAt(value, 'namespace'), textAt(value, 'name')];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** By OpenLineage's name; what lies in a bucket of S3 is named by its bucket as well, which the naming specification says. */
function datasets(value: unknown): string[] {
  return array(value).flatMap((each) => {
    const named = record(each) === undefined ? undefined : nameOf(each);
    if (named === undefined) return [];
    const bucket = /^s3:\/\/([a-z0-9.-]{3,63})$/.exec(named.namespace)?.[1];
    const own = `openlineage:Dataset/${named.namespace}/${named.name}`;
    return bucket === undefined ? [own] : [own, `aws:Bucket/arn:aws:s3:::${bucket}`];
  });
}
