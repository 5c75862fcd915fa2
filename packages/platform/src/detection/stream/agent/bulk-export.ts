/**
 * Far more was read in one conversation than this agent ever reads, by rows, by size or by number of different things; and worse when
 * a call then carries something away. What is usual is the median of earlier conversations and their median distance from it, on a
 * logarithmic scale: amounts differ by factors, and one large export must not make the next one usual.
 */
import type { Detected, NormalEvent } from '@firebreak/contract';
import { addScore, middleOf, noScores, type Scores } from '../../agent/calibration.ts';
import { type AgentCall, named } from '../../agent/call.ts';
import { destinationsOf, isOutbound, roleOf } from '../../agent/destination.ts';
import { agentDetector } from '../../agent/running.ts';
import { hasEffects } from '../../agent/tool-kind.ts';

const measures = ['records', 'characters', 'things', 'sent'] as const;
type Measure = (typeof measures)[number];
const nouns: Readonly<Record<Measure, string>> = {
  records: 'records read',
  characters: 'characters read',
  things: 'different things read',
  sent: 'characters sent out',
};
/** Below these nothing is bulk, however little an agent does usually. */
const least: Readonly<Record<Measure, number>> = { records: 200, characters: 100_000, things: 25, sent: 20_000 };

const fewest = 50;
/** Distances from the median, in spreads: alone, and with something carried away. */
const far = 8;
const farWithOutbound = 5;
/** At least a factor of 1.3 is what amounts differ by anyway. */
const leastSpread = Math.log(1.3);
const leastFactor = Math.log(4);
const mostThings = 500;

interface Conversation {
  readonly amounts: Record<Measure, number>;
  readonly things: Set<string>;
  /** The reads that brought most, the newest last. */
  largest: { readonly event: NormalEvent; readonly size: number }[];
  outbound: NormalEvent | undefined;
  alarms: string[];
}
interface Baseline {
  readonly scores: Scores;
  median: number;
  spread: number;
}
type Agent = Record<Measure, Baseline>;

export default agentDetector<Conversation, Agent>(
  {
    id: 'agent/bulk-export',
    status: 'stable',
    severity: 'medium',
    title: 'An agent took far more data than it ever does',
    techniques: ['attack.t1530', 'attack.t1567', 'atlas.aml.t0086', 'asi.asi02', 'llm.llm02'],
    explain: {
      what: 'In one conversation an agent read (or sent) several times what its earlier conversations did, measured against their median and spread. High when a call that carries things away came with it.',
      why: 'A stolen or misled agent may read all that its task may read: permissions do not tell one record from all of them.',
      next: 'See what was read and where it went. Throttle or revoke the credential; tell the owner of the data.',
    },
    falsePositives: ['Jobs that run seldom, such as a yearly report.', 'A backfill that people started.'],
  },
  () => ({
    conversation: () => ({
      amounts: { records: 0, characters: 0, things: 0, sent: 0 },
      things: new Set(),
      largest: [],
      outbound: undefined,
      alarms: [],
    }),
    agent: () => ({ records: baseline(), characters: baseline(), things: baseline(), sent: baseline() }),
    *call(call, { conversation, agent }): Generator<Detected> {
      const { amounts, alarms } = conversation;
      const out = isOutbound(call);
      if (out) {
        amounts.sent += call.argumentSize;
        conversation.outbound = call.event;
      }
      if (!hasEffects(call.kind) && call.event.outcome !== 'refused') count(call, conversation);
      const findings = measures.flatMap((measure) => {
        const away = distance(agent[measure], amounts[measure], least[measure]);
        const carried = conversation.outbound !== undefined;
        return away > (carried || measure === 'sent' ? farWithOutbound : far) ? [{ measure, away }] : [];
      });
      const [most] = findings.sort((a, b) => b.away - a.away);
      const kind = conversation.outbound === undefined ? 'read' : 'carried away';
      if (most === undefined || alarms.includes(kind)) return;
      alarms.push(kind);
      const cited = conversation.largest.map(({ event }) => event);
      const carrier = conversation.outbound;
      const usual = Math.round(Math.expm1(agent[most.measure].median));
      const to = carrier === call.event ? destinationsOf(call).slice(0, 3).join(', ') : '';
      yield {
        group: `${call.conversation} ${kind}`,
        events: [...new Set([...cited, ...(carrier === undefined ? [] : [carrier]), call.event])],
        severity: carrier === undefined ? 'medium' : 'high',
        note: `${amounts[most.measure]} ${nouns[most.measure]} in one conversation; usual are ${usual} (median of ${agent[most.measure].scores.values.length}).${
          carrier === undefined
            ? ''
            : ` ${carrier === call.event ? named(call.tool, call.server) : 'An earlier call'} carries something away${to === '' ? '' : ` to ${to}`}.`
        }`,
      };
    },
    end({ conversation, agent }) {
      for (const measure of measures) learn(agent[measure], conversation.amounts[measure]);
    },
    lacks: ({ records: { scores } }, name) =>
      scores.values.length >= fewest
        ? undefined
        : `${name}: ${scores.values.length} of ${fewest} conversations that are needed to know usual amounts.`,
  }),
);

function count(call: AgentCall, conversation: Conversation): void {
  const { amounts, things } = conversation;
  amounts.records += Math.max(call.resultItems, call.resultSize > 0 ? 1 : 0);
  amounts.characters += call.resultSize;
  for (const leaf of call.arguments)
    if (things.size < mostThings && (roleOf(leaf) !== 'text' || leaf.text.length <= 64))
      things.add(`${call.tool} ${leaf.text.slice(0, 100)}`);
  amounts.things = things.size;
  conversation.largest = [
    ...conversation.largest,
    { event: call.event, size: call.resultSize + call.resultItems * 100 },
  ]
    .sort((a, b) => b.size - a.size)
    .slice(0, 5)
    .sort((a, b) => (a.event.time < b.event.time ? -1 : 1));
}

function baseline(): Baseline {
  return { scores: noScores(), median: 0, spread: 0 };
}

function learn(of: Baseline, amount: number): void {
  addScore(of.scores, Math.log1p(amount));
  Object.assign(of, middleOf(of.scores));
}

/** In spreads above the median; 0 for what is not known, small, or less than four times the median. */
function distance({ scores, median, spread }: Baseline, amount: number, small: number): number {
  const level = Math.log1p(amount);
  if (scores.values.length < fewest || amount < small || level - median < leastFactor) return 0;
  return (level - median) / Math.max(spread, leastSpread);
}
