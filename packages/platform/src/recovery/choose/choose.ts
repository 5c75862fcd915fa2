/**
 * The last version that may come back. Newest first among those that people were served, each candidate with everything that speaks
 * against it: whoever decides in the worst hour must see why the obvious one was passed over.
 *
 * What must stay true:
 *
 * - What nobody looked at is `open`, never fit. What somebody found wrong is `refused`, whatever else speaks for it.
 * - A registry's word about age is the attacker's word where the registry is theirs. A signature says who made a version, not when; so
 *   the work of a signer who was compromised counts only where a collection of ours saw it before.
 * - Data counts by digest: the same content that was learned from before the window is not suspect for being read again in it.
 */
import type { ArtifactReport, Candidate, CandidateReason, DeliveredVersion, ModelVerdict } from '@firebreak/contract';

/** A version as its system and our own collections know it. */
export interface KnownVersion {
  readonly version: DeliveredVersion;
  /** ISO 8601, as its system says. */
  readonly made: string | null;
  /** The first collection of ours that saw it. */
  readonly seen: string | null;
  readonly ready: boolean;
  /** Nodes that made it: the run, the person. */
  readonly madeBy: readonly string[];
  readonly trained: string | null;
  readonly data: readonly TrainedOn[];
}

export interface TrainedOn {
  /** Nodes that it is known by: the dataset itself, the bucket that it lies in. */
  readonly nodes: readonly string[];
  readonly name: string;
  readonly digest: string;
}

/** What was found out about a version's bytes. */
export interface Verdicts {
  readonly signature?: ModelVerdict;
  readonly scan?: ArtifactReport;
}

export interface Suspects {
  /** Nodes that the attacker has, or had. */
  readonly compromised: ReadonlySet<string>;
  /** Who signed (`signerWords`), and since when that is worth nothing. */
  readonly signers: ReadonlyMap<string, string>;
  /** Data that was touched, by node or name, and when that began. */
  readonly data: ReadonlyMap<string, { readonly from: string; readonly until: string | null }>;
}

export interface ChooseInput {
  readonly versions: readonly KnownVersion[];
  readonly served: ReadonlyMap<string, Candidate['served']>;
  readonly verdicts: ReadonlyMap<string, Verdicts>;
  readonly suspects: Suspects;
  /** ISO 8601. */
  readonly firstEvent: string;
  /** Reasons that somebody takes upon themselves: nobody looked, and that is known. */
  readonly accepted: ReadonlySet<CandidateReason['code']>;
}

const rank = { fit: 0, open: 1, refused: 2 } as const;
/** Only what was left undone may be accepted, never what was found. */
export const acceptable: ReadonlySet<CandidateReason['code']> = new Set([
  'not-verified',
  'not-scanned',
  'age-unproven',
]);

/** Candidates, the best first. Pure. */
export function candidates(input: ChooseInput): Candidate[] {
  const before = contentsBefore(input);
  return input.versions
    .map((version) => candidateOf(version, input, before))
    .map((candidate) => ({ candidate, last: lastServed(candidate, input.firstEvent) }))
    .sort(
      (a, b) =>
        rank[a.candidate.verdict] - rank[b.candidate.verdict] ||
        later(a.last, b.last) ||
        newest(a.candidate, b.candidate),
    )
    .map(({ candidate }) => candidate);
}

function candidateOf(
  known: KnownVersion,
  input: ChooseInput,
  before: ReadonlyMap<string, ReadonlySet<string>>,
): Candidate {
  const { signature, scan } = input.verdicts.get(known.version.version) ?? {};
  const found = [
    ...againstAge(known, input),
    ...againstMakers(known, input),
    ...againstSignature(known, signature, input),
    ...againstScan(scan),
    ...againstData(known, input, before),
    ...(known.ready ? [] : [reason('not-ready', 'Its registry does not call it ready.', 'Look in the registry.')]),
  ];
  const left = found.filter(({ code }) => !(acceptable.has(code) && input.accepted.has(code)));
  return {
    version: known.version,
    verdict: left.length === 0 ? 'fit' : left.every(({ code }) => acceptable.has(code)) ? 'open' : 'refused',
    reasons: found,
    made: known.made,
    seen: known.seen,
    digest: signature?.verdict === 'verified' ? (signature.statement?.root ?? null) : null,
    signer: signature?.signer === undefined ? null : signerWords(signature.signer),
    served: [...(input.served.get(known.version.version) ?? [])],
    madeFrom: known.data.map(({ name, digest }) => `${name} ${digest}`),
  };
}

function againstAge({ made, seen }: KnownVersion, { firstEvent }: ChooseInput): CandidateReason[] {
  if (seen !== null && seen < firstEvent) return [];
  if (made === null || made >= firstEvent)
    return [
      reason(
        'after-first-event',
        made === null
          ? 'Nobody says when it was made, and no collection saw it before the first suspicious event.'
          : `It was made at ${made}; the first suspicious event is of ${firstEvent}.`,
        'Take one from before, or train again from cleansed data.',
      ),
    ];
  return [];
}

function againstMakers(
  { version, madeBy, made, trained }: KnownVersion,
  { suspects, firstEvent }: ChooseInput,
): CandidateReason[] {
  if (version.node !== undefined && suspects.compromised.has(version.node))
    return [reason('compromised', 'It is itself among what is compromised.', 'Take another version.')];
  const [maker] = madeBy.filter((node) => suspects.compromised.has(node));
  const at = trained ?? made;
  if (maker === undefined || (at !== null && at < firstEvent)) return [];
  return [
    reason(
      'made-by-compromised',
      `${maker} made it and is compromised; it ${at === null ? 'does not say when it was made' : `was made at ${at}`}.`,
      'Take one that others made.',
    ),
  ];
}

function againstSignature(
  known: KnownVersion,
  signature: ModelVerdict | undefined,
  input: ChooseInput,
): CandidateReason[] {
  if (signature === undefined || signature.verdict === 'unknown')
    return [
      reason(
        'not-verified',
        signature?.reasons[0]?.why ?? 'Nobody verified its signature.',
        'Run `firebreak recovery inspect` on a copy of it, with its signature and the key of who should have signed.',
      ),
      ...(known.seen !== null && known.seen < input.firstEvent
        ? []
        : [
            reason(
              'age-unproven',
              'Its age is told by its registry alone, and no collection saw it before.',
              'Compare it with a backup from before.',
            ),
          ]),
    ];
  if (signature.verdict === 'refused')
    return [
      reason('signature-refused', signature.reasons[0]?.why ?? 'It is not what was signed.', 'Take another version.'),
    ];
  const signer = signature.signer === undefined ? '' : signerWords(signature.signer);
  const since = input.suspects.signers.get(signer);
  if (since === undefined || (known.seen !== null && known.seen < since)) return [];
  return [
    reason(
      'signer-compromised',
      `${signer} signed it and is compromised since ${since}${known.seen === null ? '; no collection saw this version before' : `; a collection first saw it at ${known.seen}`}.`,
      'Take one that was seen before, or one that somebody else signed.',
    ),
  ];
}

function againstScan(scan: ArtifactReport | undefined): CandidateReason[] {
  if (scan === undefined || scan.verdict === 'cannot-tell')
    return [
      reason(
        'not-scanned',
        scan === undefined
          ? 'Nobody inspected its files.'
          : 'The inspection cannot tell whether its files are safe to load.',
        'Run `firebreak recovery inspect` on a copy of it.',
      ),
    ];
  if (scan.verdict === 'safe') return [];
  const [what] = scan.files.flatMap(({ path, reasons }) => reasons.map((each) => `${path}: ${each.what}`));
  return [reason('scan-unsafe', what ?? `The inspection calls it ${scan.verdict}.`, 'Take another version.')];
}

function againstData(
  known: KnownVersion,
  { suspects }: ChooseInput,
  before: ReadonlyMap<string, ReadonlySet<string>>,
): CandidateReason[] {
  const at = known.trained ?? known.made;
  return known.data.flatMap((data) => {
    const window = windowOf(data, suspects);
    const { name, digest } = data;
    if (window === undefined || before.get(name)?.has(digest) === true) return [];
    if (at !== null && (at < window.from || (window.until !== null && at > window.until))) return [];
    return [
      reason(
        'suspicious-data',
        `It was trained on ${name} (${digest})${at === null ? '' : ` at ${at}`}, inside the suspicious window that began at ${window.from}.`,
        'Train again without what was put in (`firebreak recovery retrain`).',
      ),
    ];
  });
}

/** By dataset, the contents that something was trained on before its window began, where a collection of ours saw it then. */
function contentsBefore({ versions, suspects }: ChooseInput): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { seen, data } of versions)
    for (const each of data) {
      const from = windowOf(each, suspects)?.from;
      if (from === undefined || seen === null || seen >= from) continue;
      found.set(each.name, (found.get(each.name) ?? new Set()).add(each.digest));
    }
  return found;
}

function windowOf({ nodes, name }: TrainedOn, { data }: Suspects) {
  return [...nodes, name].map((known) => data.get(known)).find((window) => window !== undefined);
}

/** When it was last what people got before the first event; '' for never. */
function lastServed({ served }: Candidate, firstEvent: string): string {
  return served.reduce((last, { from }) => (from < firstEvent && from > last ? from : last), '');
}

function newest(a: Candidate, b: Candidate): number {
  const of = ({ made, seen }: Candidate) => made ?? seen ?? '';
  return later(of(a), of(b)) || b.version.version.localeCompare(a.version.version, 'en', { numeric: true });
}

/** For sorting: the later first. */
function later(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1;
}

/** One line that is the same for the same signer. */
function signerWords(signer: NonNullable<ModelVerdict['signer']>): string {
  if (signer.by === 'key') return `key ${signer.key}`;
  if (signer.by === 'certificate') return `certificate ${signer.fingerprint}`;
  return `${signer.identity} (${signer.issuer})`;
}

function reason(code: CandidateReason['code'], why: string, next: string): CandidateReason {
  return { code, why, next };
}
