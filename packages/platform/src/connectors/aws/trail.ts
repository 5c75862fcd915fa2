/**
 * Events of CloudTrail → what each identity used. What must stay true:
 *
 * - an event is of the user or role behind a session, by the ARN of the session's issuer;
 * - what was refused shows that somebody tried, and that nothing was used;
 * - nothing of requests and responses is kept: they hold what people typed.
 *
 * Source: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element".
 */
import { array, at, type Foreign, record, text, textAt } from '../../intake/foreign.ts';

/** CloudTrail cuts an event at 256 kB. */
const maxEvent = 300_000;
/** Different actions of one identity that are kept; AWS has about 20,000. */
const maxActions = 5000;

/** The records of `cloudtrail lookup-events` (`Events`) or of a log file as CloudTrail delivers it (`Records`). */
export function trailRecords(answer: unknown): readonly Foreign[] {
  const looked = array(at(answer, 'Events')).map((event) => parsed(text(at(event, 'CloudTrailEvent'))));
  return [...looked, ...array(at(answer, 'Records')).map(record)].filter((event) => event !== undefined);
}

function parsed(written: string | undefined): Foreign | undefined {
  if (written === undefined || written.length > maxEvent) return undefined;
  try {
    return record(JSON.parse(written));
  } catch {
    return undefined;
  }
}

interface Seen {
  readonly arn: string;
  readonly region: string;
  events: number;
  last: string;
  readonly actions: Map<string, string>;
}

/** Data of `aws.trail-use`, one for each identity and region. */
export function trailUses(records: readonly Foreign[]): readonly Foreign[] {
  const spans = new Map<string, { from: string; to: string }>();
  const seen = new Map<string, Seen>();
  for (const event of records) {
    const moment = timeOf(event.eventTime);
    const region = text(event.awsRegion);
    if (moment === undefined || region === undefined) continue;
    const span = spans.get(region) ?? { from: moment, to: moment };
    spans.set(region, { from: least(span.from, moment), to: most(span.to, moment) });
    const arn = identityOf(event.userIdentity);
    if (arn === undefined) continue;
    const key = `${region} ${arn}`;
    const entry = seen.get(key) ?? { arn, region, events: 0, last: moment, actions: new Map() };
    seen.set(key, entry);
    entry.events += 1;
    entry.last = most(entry.last, moment);
    const action = actionOf(event);
    if (action === undefined || refused(event)) continue;
    if (entry.actions.has(action) || entry.actions.size < maxActions)
      entry.actions.set(action, most(entry.actions.get(action) ?? moment, moment));
  }
  return [...seen.values()]
    .sort((a, b) => (a.arn === b.arn ? (a.region < b.region ? -1 : 1) : a.arn < b.arn ? -1 : 1))
    .map(({ arn, region, events, last, actions }) => ({
      Arn: arn,
      Region: region,
      From: spans.get(region)?.from,
      To: spans.get(region)?.to,
      Events: events,
      LastSeen: last,
      Actions: [...actions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([Action, Last]) => ({ Action, Last })),
    }));
}

/** Undefined for services of AWS, for the root user, and for whoever has no identity in an account. */
function identityOf(identity: unknown): string | undefined {
  const arn = textAt(identity, 'sessionContext', 'sessionIssuer', 'arn') ?? textAt(identity, 'arn');
  return arn !== undefined && /^arn:[^:]+:iam::\d{12}:(user|role)\//.test(arn) ? arn : undefined;
}

/** Services whose events are not named as their actions are. */
const prefixes: Readonly<Record<string, string>> = {
  email: 'ses',
  monitoring: 'cloudwatch',
  tagging: 'tag',
};

/** `s3.amazonaws.com` and `CreateBucket` → `s3:CreateBucket`; Lambda writes its API's version behind the name. */
function actionOf(event: Foreign): string | undefined {
  const service = /^([a-z0-9-]+)\./.exec(text(event.eventSource) ?? '')?.[1];
  const name = /^([A-Za-z0-9]+?)(?:\d{8}(?:v\d+)?)?$/.exec(text(event.eventName) ?? '')?.[1];
  if (service === undefined || name === undefined) return undefined;
  return `${Object.hasOwn(prefixes, service) ? prefixes[service] : service}:${name}`;
}

function refused(event: Foreign): boolean {
  return /AccessDenied|Unauthorized|Forbidden/.test(text(event.errorCode) ?? '');
}

function timeOf(value: unknown): string | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function least(a: string, b: string): string {
  return a < b ? a : b;
}

function most(a: string, b: string): string {
  return a > b ? a : b;
}
