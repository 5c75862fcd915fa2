/**
 * Server access logs of S3: lines as S3 writes them, or as JSON in the field names that Athena's and others' tables give them. Source: S3
 * user guide, "Amazon S3 server access log format".
 *
 * Whoever asks S3 for something writes a part of the line (request, referer, user agent), and S3 escapes no quote in it. So a line is
 * told by what stands before all of that, never refused for what comes after, and its numbers are those behind the first quote that
 * numbers follow: a request over HTTP holds no blank.
 */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { principalOfArn } from '../arns.ts';
import { moment } from '../moment.ts';
import { numberOf } from '../number-of.ts';
import { told } from '../told.ts';

const before = ['bucketowner', 'bucket', 'requestdatetime', 'remoteip', 'requester', 'requestid', 'operation', 'key'];
const numbers = ['requesturi', 'httpstatus', 'errorcode', 'bytessent', 'objectsize', 'totaltime', 'turnaroundtime'];
const after = [
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
const beginning = /^(\S+) (\S+) \[([^\]]{1,40})\] (\S+) (\S+) (\S+) (\S+) (\S+) /;
const counted = /^(?:-|"(.*?)") (\d{3}|-) (\S+) (\d+|-) (\d+|-) (\d+|-) (\d+|-)(?: |$)/;
const longestLine = 64 * 1024;
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
    if (text.length > longestLine) return undefined;
    const [whole, ...known] = beginning.exec(text) ?? [];
    const at = timeOf(known[2] ?? '');
    if (whole === undefined || at === undefined || !isOperation(known[6])) return undefined;
    const rest = text.slice(whole.length);
    const [request, ...told] = counted.exec(rest) ?? [];
    const end = rest.slice(request?.length ?? rest.length);
    const closed = end.lastIndexOf('"') + 1;
    const [referrer, useragent] = quoted(end.slice(0, closed));
    return {
      ...Object.fromEntries([
        ...named(before, known),
        ...named(numbers, told),
        ...named(['referrer', 'useragent'], [referrer, useragent]),
        ...named(after, closed === 0 ? [] : end.slice(closed + 1).split(' ')),
      ]),
      requestdatetime: at,
      // The line itself goes along: it is what the digest has to bind.
      line: text,
    };
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

function named(
  names: readonly string[],
  parts: readonly (string | undefined)[],
): readonly (readonly [string, string])[] {
  return names.flatMap((name, index) => {
    const part = parts[index];
    return part === undefined || part === '' || part === '-' ? [] : [[name, part] as const];
  });
}

/** `"referer" "user agent"`; whoever wrote quotes into them has them in either. */
function quoted(text: string): readonly (string | undefined)[] {
  const between = text.indexOf('" "');
  return between === -1 ? [] : [text.slice(1, between), text.slice(between + 3, -1)];
}

/** `06/Feb/2019:00:00:38 +0000` → ISO 8601. */
function timeOf(text: string): string | undefined {
  const [, day, name = '', year, clock, zone] =
    /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/.exec(text) ?? [];
  const month = String(months.indexOf(name) + 1).padStart(2, '0');
  return moment(`${year}-${month}-${day}T${clock}${zone}`);
}

function activityOf(operation: string): NormalEvent['activity'] {
  // The side of a copy that is read.
  if (/_GET$/.test(operation)) return 'read';
  if (/DELETE|EXPIRE/.test(operation)) return 'delete';
  return /\.(PUT|POST|COPY)\b|CREATE|TRANSITION/.test(operation) ? 'change' : 'read';
}

function outcomeOf(status: number): NormalEvent['outcome'] {
  if (Number.isNaN(status) || status === 0) return 'unknown';
  if (status === 401 || status === 403) return 'refused';
  return status < 400 ? 'done' : 'failed';
}
