/**
 * Server access logs of S3: lines as S3 writes them, or as JSON in the field names that Athena's and others' tables give them. Source: S3
 * user guide, "Amazon S3 server access log format".
 *
 * Whoever asks S3 for something writes a part of the line: key, request, referer, user agent. What counts here stands before all of these
 * but the key, which has no blanks, or is a number between two of them.
 */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';
import { numberOf } from '../number-of.ts';
import { told } from '../told.ts';

const names = [
  'bucketowner',
  'bucket',
  'requestdatetime',
  'remoteip',
  'requester',
  'requestid',
  'operation',
  'key',
  'requesturi',
  'httpstatus',
  'errorcode',
  'bytessent',
  'objectsize',
  'totaltime',
  'turnaroundtime',
  'referrer',
  'useragent',
  'versionid',
  'hostid',
  'sigv',
  'ciphersuite',
  'authtype',
  'endpoint',
  'tlsversion',
  'accesspointarn',
  'aclrequired',
];
/** Up to the status, every one of them; a line with less is no line of this log. */
const needed = 10;
const isOperation = (text: string | undefined) => /^(REST|SOAP|WEBSITE|BATCH|S3)\./.test(text ?? '');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export default {
  id: 's3-access',
  title: 'S3 server access logs',
  systems: ['aws'],
  is: (value) =>
    textAt(value, 'bucket') !== undefined &&
    isOperation(textAt(value, 'operation')) &&
    field(value, 'requestid') !== undefined,
  line(text) {
    const parts = partsOf(text);
    const [, , time = '', , , , operation, , , status = ''] = parts;
    const at = timeOf(time);
    if (parts.length < needed || at === undefined || !isOperation(operation) || !/^(\d{3}|-)$/.test(status))
      return undefined;
    const told = names.flatMap((name, index) => {
      const part = parts[index];
      return part === undefined || part === '-' ? [] : [[name, part] as const];
    });
    // The line itself goes along: it is what the digest has to bind.
    return { ...Object.fromEntries(told), requestdatetime: at, line: text };
  },
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

/** Words, with those in quotes or brackets as one. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length && parts.length < names.length; ) {
    const close = text[at] === '"' ? '"' : text[at] === '[' ? ']' : undefined;
    const from = close === undefined ? at : at + 1;
    const end = text.indexOf(close ?? ' ', from);
    if (end === -1 && close !== undefined) return [];
    parts.push(text.slice(from, end === -1 ? text.length : end));
    at = end === -1 ? text.length : close === undefined ? end + 1 : end + 2;
  }
  return parts;
}

/** `06/Feb/2019:00:00:38 +0000` → ISO 8601. */
function timeOf(text: string): string | undefined {
  const [, day, name = '', year, clock, zone] =
    /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/.exec(text) ?? [];
  const month = String(months.indexOf(name) + 1).padStart(2, '0');
  return moment(`${year}-${month}-${day}T${clock}${zone}`);
}

function activityOf(operation: string): NormalEvent['activity'] {
  if (/DELETE|EXPIRE/.test(operation)) return 'delete';
  return /\.(PUT|POST|COPY)\b|CREATE|TRANSITION/.test(operation) ? 'change' : 'read';
}

function outcomeOf(status: number): NormalEvent['outcome'] {
  if (Number.isNaN(status) || status === 0) return 'unknown';
  if (status === 401 || status === 403) return 'refused';
  return status < 400 ? 'done' : 'failed';
}
