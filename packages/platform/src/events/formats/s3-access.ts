/** Server access logs of S3 as JSON, in the field names that Athena's and others' tables give them. Source: S3 user guide, "log format". */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';
import { numberOf } from '../number-of.ts';
import { told } from '../told.ts';

export default {
  id: 's3-access',
  title: 'S3 server access logs',
  systems: ['aws'],
  is: (value) =>
    textAt(value, 'bucket') !== undefined &&
    /^(REST|SOAP|WEBSITE|BATCH|S3)\./.test(textAt(value, 'operation') ?? '') &&
    field(value, 'requestid') !== undefined,
  read(value) {
    const requester = textAt(value, 'requester');
    const operation = textAt(value, 'operation') ?? 'unknown';
    const outcome = outcomeOf(numberOf(field(value, 'httpstatus')));
    const request = textAt(value, 'requestid');
    return {
      time: moment(textAt(value, 'time') ?? textAt(value, 'requestdatetime')),
      system: 'aws',
      actor: {
        name: requester ?? 'nobody named',
        ...told({
          id: requester === undefined ? undefined : principalOfArn(requester),
          session: /:assumed-role\/[^/]+\/(.+)$/.exec(requester ?? '')?.[1],
          address: textAt(value, 'remoteip'),
          agent: textAt(value, 'useragent'),
        }),
      },
      operation: `s3:${operation}`,
      activity: activityOf(operation),
      targets: [`aws:Bucket/arn:aws:s3:::${textAt(value, 'bucket')}`],
      outcome,
      ...told({
        reason: outcome === 'done' ? undefined : textAt(value, 'errorcode'),
        // One request may be told of several keys.
        ownId: request === undefined ? undefined : `${request}/${operation}/${textAt(value, 'key') ?? ''}`,
      }),
    };
  },
} satisfies EventFormat;

function activityOf(operation: string): NormalEvent['activity'] {
  if (/DELETE|EXPIRE/.test(operation)) return 'delete';
  return /\.(PUT|POST|COPY)\b|CREATE|TRANSITION/.test(operation) ? 'change' : 'read';
}

function outcomeOf(status: number): NormalEvent['outcome'] {
  if (Number.isNaN(status) || status === 0) return 'unknown';
  if (status === 401 || status === 403) return 'refused';
  return status < 400 ? 'done' : 'failed';
}
