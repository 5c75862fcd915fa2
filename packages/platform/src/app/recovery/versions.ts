/** Choose, roll back, and ask the servers. */
import {
  type ArtifactReport,
  type Candidate,
  type CandidateReason,
  completeness,
  type DeliveredVersion,
  FirebreakError,
  type Gap,
  type ModelVerdict,
  type NodeRef,
  type Plan,
  type RecoveryChoice,
  type RollbackWish,
  type ServingCheck,
  type ServingResult,
} from '@firebreak/contract';
import { idsInLogs } from '../../events/node-finder.ts';
import { scopeOf } from '../../facts/history.ts';
import { manifestSet } from '../../facts/manifest-set.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { planOfLevers } from '../../playbooks/plan-of-levers.ts';
import { chooseItem, rollbackItem } from '../../recovery/board/sections/versions.ts';
import { acceptable, candidates, type Suspects, type Verdicts } from '../../recovery/choose/choose.ts';
import { servedHistory } from '../../recovery/choose/served.ts';
import { versionSources } from '../../recovery/choose/sources/index.ts';
import type { VersionSource } from '../../recovery/choose/sources/source.ts';
import { rollbackLevers } from '../../recovery/rollback/levers.ts';
import { servingRevisions } from '../../recovery/rollback/serving-revisions.ts';
import { checkName, judgeAnswer, questionOf } from '../../recovery/serving/judge.ts';
import { type Mark, markOf } from '../../recovery/store.ts';
import { eventsThatFit } from '../kept-events.ts';
import { mustHaveField } from '../station.ts';
import { askServer } from './ask-server.ts';
import { mustAllow, type Person, type RecoveryContext } from './context.ts';
import type { Known } from './known-input.ts';
import { broughtFor, type Choice, choiceOf } from './marks.ts';

export interface ChooseWish {
  readonly incident: string;
  /** A node of the thing; may be left out where the board has one alone. */
  readonly subject?: string | undefined;
  /** The first suspicious event, where people know better. ISO 8601. */
  readonly since?: string | undefined;
  /** Signers that are compromised: `key <digest>`, since when. */
  readonly signers?: readonly { readonly signer: string; readonly since: string }[];
  /** Data that was touched: node or name, and the window. */
  readonly data?: readonly { readonly data: string; readonly from: string; readonly until: string | null }[];
  readonly accept?: readonly CandidateReason['code'][];
}

export interface InspectRequest {
  readonly incident: string;
  readonly subject?: string | undefined;
  readonly version: string;
  readonly signature?: ModelVerdict | undefined;
  readonly scan?: ArtifactReport | undefined;
  /** Bundles and DSSE envelopes that speak of it. */
  readonly attestations: readonly unknown[];
}

/** Facts and events that one choice reads. */
const mostEvents = 20_000;

export function versionDesk(context: RecoveryContext) {
  const { station, boards, know, marks: marksOf } = context;

  async function candidatesFor(wish: ChooseWish, known: Known, signal: AbortSignal) {
    const marks = await marksOf(wish.incident);
    const { subject, source } = subjectFor(known, wish.subject);
    const { estate } = known.now;
    const { holder } = mustHaveField(station);
    const facts = await station.storage.recoveryStore.factVersions(
      scopeOf([holder.target.spec]),
      source.wishes(estate, subject.id),
    );
    const seen = new Map<string, string>();
    for (const { id, since } of facts) if ((seen.get(id) ?? since) >= since) seen.set(id, since);
    const { events, gaps: unread } = await movesOf(source, known, subject, signal);
    const served = servedHistory(source, facts, events);
    const versions = source
      .versions(estate, subject.id)
      .map((each) => ({ ...each, seen: seen.get(each.version.node ?? '') ?? null }));
    const firstEvent = wish.since === undefined ? known.firstEvent : new Date(wish.since).toISOString();
    const current = source.current(estate, subject.id);
    const list = candidates({
      versions,
      served,
      verdicts: new Map(
        versions.map(({ version }) => [version.version, verdictsOf(marks, subject.id, version.version)]),
      ),
      suspects: suspectsOf(known, wish, firstEvent),
      firstEvent,
      accepted: new Set((wish.accept ?? []).filter((code) => acceptable.has(code))),
    });
    const gaps: Gap[] = [
      ...(facts.length === 0 ? [noHistory(subject.id)] : []),
      ...unread,
      ...(known.now.graph.completeness.answer === 'limited' ? known.now.graph.completeness.reasons : []),
    ];
    return { subject, source, list, current, firstEvent, gaps };
  }

  /** Wherever they are kept: who was served what may be asked long after the events left the database. */
  async function movesOf(source: VersionSource, known: Known, subject: NodeRef, signal: AbortSignal) {
    const targets = source.moves(known.now.estate, subject.id).flatMap(idsInLogs);
    if (targets.length === 0) return { events: [], gaps: [] };
    const { events, more, gaps } = await eventsThatFit(station, { targets }, mostEvents, signal);
    return {
      events: [...events.values()].map(({ event }) => event),
      gaps: [...gaps, ...(more ? [tooManyEvents(subject.id)] : [])],
    };
  }

  return {
    async choose(wish: ChooseWish, signal: AbortSignal): Promise<RecoveryChoice> {
      const known = await know(wish.incident, signal);
      const { subject, list, current, firstEvent, gaps } = await candidatesFor(wish, known, signal);
      const chosen = list.find(({ verdict }) => verdict === 'fit')?.version.version ?? null;
      const [now] = current;
      return {
        subject,
        firstEvent,
        current: list.find(({ version }) => version.version === now?.version)?.version ?? null,
        candidates: list,
        chosen,
        next: nextOf(chosen, list),
        completeness: completeness(gaps, 'any'),
      };
    },

    /** Writes down what was found out about a version's bytes, and keeps what was brought to show it. */
    async inspect(
      { incident, subject: given, version, signature, scan, attestations }: InspectRequest,
      who: Person,
      signal: AbortSignal,
    ) {
      const known = await know(incident, signal);
      const { subject, source } = subjectFor(known, given);
      const about = source.versions(known.now.estate, subject.id).find((each) => each.version.version === version);
      if (about === undefined) throw new FirebreakError('FB-NOT-FOUND', `${subject.name} has no version ${version}.`);
      const item = markOf.verdict(subject.id, version);
      const before = (await marksOf(incident)).get(item)?.data as
        | { readonly attestations?: readonly unknown[] }
        | undefined;
      const told = {
        ...(signature === undefined ? {} : { signature: brief(signature) }),
        ...(scan === undefined ? {} : { scan: briefScan(scan) }),
      };
      await boards.mark({
        incident,
        item,
        state: signature?.verdict === 'refused' || scan?.verdict === 'unsafe' ? 'failed' : 'done',
        by: who.by,
        note: `Version ${version} of ${subject.name} was inspected.`,
        data: { ...before, ...told, attestations: [...(before?.attestations ?? []), ...attestations].slice(-50) },
      });
      if (scan === undefined) return;
      const root = signature?.verdict === 'verified' ? signature.statement?.root : undefined;
      const { promotionStore } = station.storage;
      await promotionStore.transaction((tx) =>
        promotionStore.putInspection(tx, {
          subject: about.version.node ?? `${subject.id}@${version}`,
          digest: root === undefined ? '' : `sha256:${root}`,
          report: scan,
          because: `recovery of ${incident}`,
        }),
      );
    },

    /** Takes a candidate. @throws FirebreakError FB-RECOVERY-STATE for one that is not fit, FB-NOT-FOUND */
    async take(
      request: ChooseWish & {
        readonly version: string;
        readonly checks: readonly ServingCheck[];
        readonly note: string;
      },
      who: Person,
      signal: AbortSignal,
    ): Promise<void> {
      const known = await know(request.incident, signal);
      const { subject, list, current, firstEvent } = await candidatesFor(request, known, signal);
      const candidate = list.find(({ version }) => version.version === request.version);
      if (candidate === undefined)
        throw new FirebreakError('FB-NOT-FOUND', `${subject.name} has no version ${request.version}.`);
      if (candidate.verdict !== 'fit') {
        const [first] = candidate.reasons;
        throw new FirebreakError(
          'FB-RECOVERY-STATE',
          `Version ${request.version} is ${candidate.verdict}: ${first?.why ?? ''}`,
          {
            detail: { reasons: candidate.reasons },
          },
        );
      }
      const bad = badVersions(list, current, candidate, firstEvent);
      const choice: Choice = {
        from: bad,
        to: candidate.version,
        digest: candidate.digest ?? candidate.version.digests[0] ?? null,
        kind: subject.kind === 'Repository' ? 'image' : 'model',
        checks: [...request.checks],
      };
      await boards.mark({
        incident: request.incident,
        item: chooseItem(subject.id),
        state: 'done',
        by: who.by,
        note: request.note,
        proof: proofOf(candidate),
        data: choice,
      });
    },

    /**
     * A plan of the levers that put the chosen version in the place of the bad ones, for people to approve like any other.
     *
     * @throws FirebreakError FB-PROMOTION-DENIED, FB-RECOVERY-NO-LEVER, FB-RECOVERY-STATE
     */
    async rollback(
      { incident, subject: given }: { incident: string; subject?: string | undefined },
      who: Person,
      signal: AbortSignal,
    ): Promise<Plan> {
      const known = await know(incident, signal);
      const { subject } = subjectFor(known, given);
      const marks = await marksOf(incident);
      const choice = choiceOf(marks, subject.id);
      await mustAllow(
        context,
        {
          incident,
          subject: subject.id,
          choice,
          stage: 'staging',
          attestations: broughtFor(marks, subject.id, choice.to),
          who,
        },
        signal,
      );
      const { holder, actions } = mustHaveField(station);
      const { estate, graph } = await holder.collect(signal);
      const compromised = known.compromised.flatMap((id) => graph.indexOf.get(id) ?? []);
      const servers = estate.all('kubernetes.model-workload').map(({ id }) => id);
      const serving = servingRevisions(
        await station.storage.recoveryStore.factVersions(scopeOf([holder.target.spec]), [
          { kind: 'kubernetes.model-workload', ids: servers },
        ]),
        choice.to,
      );
      const wishes: RollbackWish[] = choice.from.map((from) => ({ subject: subject.id, from, to: choice.to, serving }));
      const levers = wishes.flatMap((wish) => rollbackLevers(graph, wish, actions, compromised));
      if (levers.length === 0)
        throw new FirebreakError(
          'FB-RECOVERY-NO-LEVER',
          choice.from.length === 0
            ? `Nothing delivers another version of ${subject.name} than ${choice.to.version}: ask the servers.`
            : `Nothing that is open delivers version ${choice.from.map(({ version }) => version).join(', ')} of ${subject.name} any more: ask the servers, or open what delivers it.`,
        );
      const name = `Roll ${subject.name} back to ${choice.to.version}`;
      const plan = planOfLevers(graph, {
        compromised,
        protect: known.protect,
        levers,
        actions,
        from: { name, digest: sha256Hex(name) },
      });
      await station.incidents.recordPlan({ incident, plan, manifests: manifestSet(estate), by: who.by });
      await boards.mark({
        incident,
        item: markOf.plan(plan.digest),
        state: 'done',
        by: who.by,
        note: name,
        data: { subject: subject.id },
      });
      return plan;
    },

    /** Asks the servers, and says so on the board. */
    async verify(
      {
        incident,
        subject: given,
        checks: more = [],
      }: { incident: string; subject?: string | undefined; checks?: readonly ServingCheck[] },
      who: Person,
      signal: AbortSignal,
    ): Promise<readonly ServingResult[]> {
      const known = await know(incident, signal);
      const { subject } = subjectFor(known, given);
      const choice = choiceOf(await marksOf(incident), subject.id);
      const checks = [...choice.checks, ...more];
      if (checks.length === 0)
        throw new FirebreakError('FB-RECOVERY-STATE', 'No server is named that could be asked: give a check.');
      const from = choice.from[0] ?? choice.to;
      const results: ServingResult[] = [];
      for (const check of checks) results.push(await askOne(check, { to: choice.to, from }, signal));
      const bad = results.filter(({ result }) => result !== 'holds');
      await boards.mark({
        incident,
        item: rollbackItem(subject.id),
        state: bad.length === 0 ? 'done' : bad.some(({ result }) => result === 'not-yet') ? 'failed' : 'open',
        by: who.by,
        note: `${results.length - bad.length} of ${results.length} checks hold.`,
        proof: (bad.length === 0 ? results : bad)
          .map(({ check, what }) => `${check}: ${what}`)
          .join(' ')
          .slice(0, 2000),
        data: { results },
      });
      return results;
    },
  };

  async function askOne(
    check: ServingCheck,
    versions: { to: DeliveredVersion; from: DeliveredVersion },
    signal: AbortSignal,
  ): Promise<ServingResult> {
    const at = station.clock.now().toISOString();
    const about = { check: checkName(check), at };
    if (check.kind === 'running-image') {
      const { estate } = await mustHaveField(station).holder.collect(signal);
      const workload = estate.get('kubernetes.workload', check.workload);
      const images = workload?.data.template.spec.containers.map(({ image }) => image ?? '') ?? [];
      if (images.length === 0)
        return { ...about, result: 'cannot-tell', what: `${check.workload} is not in the estate.` };
      const right = images.some((image) => image.endsWith(`@${check.good}`));
      return right
        ? { ...about, result: 'holds', what: `It runs ${check.good}.` }
        : { ...about, result: 'not-yet', what: `Not yet: it runs ${images.join(', ')}.` };
    }
    const question = questionOf(check);
    if (question === undefined) return { ...about, result: 'cannot-tell', what: 'Nobody can be asked that.' };
    return { ...about, ...judgeAnswer(check, await askServer(question, signal), versions) };
  }
}

function subjectFor(
  known: Known,
  given: string | undefined,
): { readonly subject: NodeRef; readonly source: VersionSource } {
  const { graph, estate } = known.now;
  const wanted = given === undefined ? known.subjects : [graph.nodeAt(graph.resolve(given))];
  const [only, ...more] = wanted;
  if (only === undefined)
    throw new FirebreakError('FB-USAGE', 'No model or image is in question in this incident: name one.');
  if (more.length > 0)
    throw new FirebreakError(
      'FB-USAGE',
      `Several are in question: ${known.subjects.map(({ id }) => id).join(', ')}. Name one.`,
    );
  for (const source of versionSources) {
    const subject = source.subject(estate, only.id);
    if (subject !== undefined) return { subject, source };
  }
  throw new FirebreakError('FB-NOT-FOUND', `Nobody here knows the versions of ${only.id}.`);
}

/** What people get now, or got while the attacker was there, and is not the chosen one. */
function badVersions(
  list: readonly Candidate[],
  current: readonly { readonly version: string }[],
  chosen: Candidate,
  firstEvent: string,
): DeliveredVersion[] {
  const now = new Set(current.map(({ version }) => version));
  return list
    .filter(({ version }) => version.version !== chosen.version.version)
    .filter(({ version, served }) => now.has(version.version) || served.some(({ from }) => from >= firstEvent))
    .map(({ version }) => version);
}

function verdictsOf(marks: ReadonlyMap<string, Mark>, subject: string, version: string): Verdicts {
  return (marks.get(markOf.verdict(subject, version))?.data ?? {}) as Verdicts;
}

function suspectsOf(known: Known, wish: ChooseWish, firstEvent: string): Suspects {
  const { graph } = known.now;
  const data = new Map<string, { from: string; until: string | null }>();
  for (const { about, first } of known.detections)
    for (const id of about)
      if (isData(graph.nodes[graph.indexOf.get(id) ?? -1]?.class)) data.set(id, { from: first, until: null });
  for (const id of known.compromised)
    if (isData(graph.nodes[graph.indexOf.get(id) ?? -1]?.class)) data.set(id, { from: firstEvent, until: null });
  for (const { data: which, from, until } of wish.data ?? []) data.set(which, { from, until });
  return {
    compromised: new Set(known.compromised),
    signers: new Map((wish.signers ?? []).map(({ signer, since }) => [signer, new Date(since).toISOString()])),
    data,
  };
}

const isData = (kind: string | undefined) => kind === 'dataset' || kind === 'feature-store' || kind === 'vector-store';

function nextOf(chosen: string | null, list: readonly Candidate[]): string {
  if (chosen !== null) return `Take version ${chosen} (\`firebreak recovery take\`).`;
  const open = list.find(({ verdict }) => verdict === 'open');
  if (open !== undefined) return `Version ${open.version.version} may do: ${open.reasons[0]?.next ?? ''}`;
  return 'No version may come back. Train again from cleansed data (`firebreak recovery retrain`).';
}

function proofOf({ version, signer, digest, seen, served }: Candidate): string {
  const [last] = served;
  return [
    `Version ${version.version}${digest === null ? '' : ` (sha256 ${digest})`}.`,
    signer === null ? '' : `Signed by ${signer}.`,
    seen === null ? '' : `Seen by a collection at ${seen}.`,
    last === undefined ? '' : `Served by ${last.by} from ${last.from}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const few = 20;
const brief = (verdict: ModelVerdict): ModelVerdict => ({
  ...verdict,
  reasons: verdict.reasons.slice(0, few),
  missing: verdict.missing.slice(0, few),
  extra: verdict.extra.slice(0, few),
  changed: verdict.changed.slice(0, few),
  ignored: verdict.ignored.slice(0, few),
  notes: verdict.notes.slice(0, few),
});
const briefScan = (report: ArtifactReport): ArtifactReport => ({
  ...report,
  files: report.files
    .filter(({ verdict }, at) => verdict !== 'safe' || at < few)
    .slice(0, 100)
    .map((file) => ({ ...file, reasons: file.reasons.slice(0, few) })),
});

const noHistory = (where: string): Gap => ({
  kinds: ['*'],
  where,
  code: 'FB-HISTORY-NONE',
  reason: 'No collection of ours has seen its versions: their ages are told by their registry alone.',
  next: 'Keep `firebreak serve` running, or record with `firebreak collect --record`.',
});
const tooManyEvents = (where: string): Gap => ({
  kinds: ['*'],
  where,
  code: 'FB-ANSWER-BOUNDED',
  reason: `More than ${mostEvents} events tell of it: the older ones were not looked at.`,
  next: 'Ask the event store for a narrower time.',
});
