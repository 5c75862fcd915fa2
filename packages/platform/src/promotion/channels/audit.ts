/**
 * Heads of channels beside what was approved and what they were. Pure. What must stay true: silence is never approval. What nobody
 * approved is told apart from what is as approved; a channel that was approved and is not there any more is told; an approval that
 * has ended counts no more.
 */
import {
  type ChannelAudit,
  type ChannelBaseline,
  type ChannelHead,
  type Completeness,
  channelAuditStates,
} from '@firebreak/contract';
import type { JudgedCommit } from './commits.ts';

export interface AuditInput {
  readonly since: Date;
  readonly at: Date;
  readonly now: readonly ChannelHead[];
  /** At T; undefined where the estate was not recorded then. */
  readonly earlier: readonly ChannelHead[] | undefined;
  readonly baselines: readonly ChannelBaseline[];
  /** Commits since T, oldest last, where they were read. */
  readonly commits: readonly JudgedCommit[];
  /** The commits that branches are at, by channel, where they were told. */
  readonly headCommits?: ReadonlyMap<string, JudgedCommit>;
  readonly completeness: Completeness;
}

type Row = ChannelAudit['rows'][number];
type Judged = Pick<Row, 'state' | 'severity' | 'why' | 'next'>;

export function auditChannels(input: AuditInput): ChannelAudit {
  const { since, at, now, earlier, baselines, commits, headCommits, completeness } = input;
  const approved = new Map(baselines.map((baseline) => [baseline.channel, baseline]));
  const before = earlier === undefined ? undefined : new Map(earlier.map(({ channel, value }) => [channel, value]));
  const present = new Set(now.map(({ channel }) => channel));
  const gone = baselines
    .filter(({ channel }) => !present.has(channel) && !channel.startsWith('git:'))
    .map(({ channel }): ChannelHead => ({ channel, kind: 'delivery', name: channel, value: null }));
  const rows = [...now, ...gone].map((head): Row => {
    const baseline = approved.get(head.channel) ?? null;
    const was = before?.get(head.channel);
    const judged = judge(head, baseline, before, at);
    const commit = headCommits?.get(head.channel);
    return {
      ...head,
      approved: baseline,
      before: was ?? null,
      signature: commit?.signature ?? null,
      ...(commit === undefined ? judged : withCommit(judged, commit)),
    };
  });
  rows.push(...commits.map((commit) => rowOfCommit(commit, approved.get(`git:${commit.sha}`) ?? null, at)));
  rows.sort((a, b) => rank(a) - rank(b) || (a.channel < b.channel ? -1 : 1));
  const counts = Object.fromEntries(
    channelAuditStates.map((state) => [state, rows.filter((row) => row.state === state).length]),
  ) as ChannelAudit['counts'];
  return { since: since.toISOString(), at: at.toISOString(), rows, counts, completeness };
}

const rank = ({ state }: Row) => channelAuditStates.indexOf(state);

function judge(
  { channel, value, kind }: ChannelHead,
  baseline: ChannelBaseline | null,
  before: ReadonlyMap<string, string | null> | undefined,
  at: Date,
): Judged {
  if (value === null)
    return {
      state: 'cannot-tell',
      severity: baseline === null ? 'low' : 'high',
      why:
        baseline === null
          ? 'Its system does not say what it delivers.'
          : 'It was approved, and is not there any more or says nothing.',
      next: 'Look at it in its own system, and collect again.',
    };
  if (baseline !== null && baseline.value !== value)
    return {
      state: 'moved',
      severity: kind === 'workflow' || kind === 'tag' || kind === 'alias' ? 'critical' : 'high',
      why: `It delivers ${value}; ${baseline.by} approved ${baseline.value} on ${baseline.at}.`,
      next: 'Find out who moved it; put it back, or have it approved.',
    };
  if (baseline !== null && Date.parse(baseline.until) <= at.getTime())
    return {
      state: 'expired',
      severity: 'low',
      why: `It is as ${baseline.by} approved it, which ended ${baseline.until}.`,
      next: 'Have it approved again.',
    };
  if (baseline !== null)
    return { state: 'as-approved', severity: 'info', why: `It is as ${baseline.by} approved it.`, next: '' };
  const next = 'Look at what it delivers, then have it approved (`firebreak channels approve`).';
  if (before === undefined)
    return {
      state: 'not-approved',
      severity: 'low',
      why: 'Nobody approved it, and it was not recorded at that time.',
      next,
    };
  if (!before.has(channel))
    return { state: 'changed', severity: 'medium', why: 'Nobody approved it, and it is new since then.', next };
  return before.get(channel) === value
    ? { state: 'not-approved', severity: 'low', why: 'Nobody approved it; it is what it was then.', next }
    : {
        state: 'changed',
        severity: 'high',
        why: `Nobody approved it, and it was ${before.get(channel) ?? 'unknown'} then.`,
        next,
      };
}

/** A head whose signature does not hold has moved, whatever it was: somebody else's commit is delivered. */
function withCommit(judged: Judged, { signature, why }: JudgedCommit): Judged {
  const told = { ...judged, why: `${judged.why} ${why}` };
  return signature === 'refused' && judged.state !== 'as-approved'
    ? { ...told, state: 'moved', severity: 'critical', next: nextOfCommit }
    : told;
}

const nextOfCommit = 'Ask who made it; sign commits with a key of the allowed signers, and protect the branch.';

function rowOfCommit(commit: JudgedCommit, baseline: ChannelBaseline | null, at: Date): Row {
  const stands = baseline !== null && Date.parse(baseline.until) > at.getTime();
  const good = commit.signature === 'verified';
  return {
    channel: `git:${commit.sha}`,
    kind: 'branch',
    name: commit.title,
    value: commit.sha,
    approved: baseline,
    before: null,
    signature: commit.signature,
    state: stands ? 'as-approved' : good ? 'not-approved' : commit.signature === 'refused' ? 'moved' : 'changed',
    severity: stands ? 'info' : good ? 'low' : commit.signature === 'refused' ? 'critical' : 'high',
    why: `${commit.why}${stands ? ` ${baseline.by} approved it.` : ''}`,
    next: good || stands ? '' : nextOfCommit,
  };
}
