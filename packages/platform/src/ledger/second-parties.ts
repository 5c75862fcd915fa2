/**
 * What others say about a checkpoint: witnesses by cosignatures, authorities by time stamps, and a reader's own memory by an
 * earlier checkpoint. Whoever holds the log's key can write any history; only these tell that it is not the one that was.
 */
import type { EvidenceReport, LedgerEntry } from '@firebreak/contract';
import { z } from 'zod';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignatureVerifier, cosigningOf } from './cosignature.ts';
import { type EvidenceChecks, shown } from './evidence-checks.ts';
import { maximumSince } from './evidence-format.ts';
import { type NoteVerifier, openNote } from './note.ts';

export type Witnessing = EvidenceReport['witnesses'][number];
export type Timestamping = EvidenceReport['timestamps'][number];

/** Checks one RFC 3161 answer over some bytes. */
export type TimestampChecker = (token: Uint8Array, data: Uint8Array) => Timestamping | Promise<Timestamping>;

/** What the last entry of an export says about second parties. Absent before format 2, and where none were asked. */
const policySchema = z.object({
  witnesses: z.array(z.string()).max(64).default([]),
  quorum: z.number().int().nonnegative().default(0),
  timestamps: z.number().int().nonnegative().default(0),
  /** Sizes of earlier trees that the file holds tiles for. */
  since: z.array(z.number().int().positive()).max(maximumSince).default([]),
});
export type StatedPolicy = z.infer<typeof policySchema>;

export function statedPolicy(last: LedgerEntry | undefined): StatedPolicy {
  const parsed = policySchema.safeParse(last?.body ?? {});
  return parsed.success ? parsed.data : { witnesses: [], quorum: 0, timestamps: 0, since: [] };
}

/** Entries are seldom written by one clock; so much may they differ. */
const slackMs = 5 * 60_000;
/** Second parties are asked at the export. One that saw it much later than the log says that it was made was shown it later. */
const promptMs = 60 * 60_000;

export interface WitnessQuestion {
  readonly note: Uint8Array;
  /** Keys that the reader has by another way. */
  readonly given: readonly NoteVerifier[];
  /** How many of them are enough; all when absent. */
  readonly quorum: number | undefined;
  readonly stated: StatedPolicy;
}

/** Looks for cosignatures: of the witnesses that the reader knows, or else of those that the log itself names. */
export function checkWitnesses({ note, given, quorum, stated }: WitnessQuestion, checks: EvidenceChecks): Witnessing[] {
  const keySource = given.length > 0 ? 'given' : 'embedded';
  const known = given.length > 0 ? given : stated.witnesses.flatMap((key) => cosignatureVerifier(key) ?? []);
  const wanted = given.length > 0 ? (quorum ?? given.length) : stated.quorum;
  if (known.length === 0 && wanted === 0) return [];
  checks.demand('witnesses');
  const found = known.map((witness): Witnessing => {
    const cosigning = cosigningOf(note, witness);
    const at = cosigning.state === 'cosigned' ? cosigning.at.toISOString() : null;
    return { name: shown(witness.name), keySource, state: cosigning.state, at };
  });
  const there = found.filter(({ state }) => state === 'cosigned');
  for (const { name } of found.filter(({ state }) => state === 'wrong')) {
    checks.fail('witnesses', `the cosignature of ${name} is wrong`);
  }
  if (there.length < wanted) {
    const lacking = found.flatMap(({ name, state }) => (state === 'cosigned' ? [] : [name]));
    checks.fail('witnesses', `${there.length} of ${wanted} that are wanted; missing: ${lacking.join(', ')}`);
  }
  const who = there.map(({ name, at }) => `${name} at ${at}`).join(', ');
  const own = keySource === 'embedded' ? '; their keys come from the file itself: compare them' : '';
  checks.pass('witnesses', `${there.length} cosigned, ${wanted} wanted: ${who}${own}`);
  return found;
}

/** Checks the time stamps, where somebody can. */
export async function checkTimestamps(
  tokens: readonly Uint8Array[],
  note: Uint8Array,
  checker: TimestampChecker | undefined,
  { wanted, stated }: { readonly wanted: boolean; readonly stated: StatedPolicy },
  checks: EvidenceChecks,
): Promise<Timestamping[]> {
  const least = Math.max(wanted ? 1 : 0, stated.timestamps);
  if (tokens.length === 0 && least === 0) return [];
  // What a reader has asked for is never passed over because nobody can look.
  if (checker === undefined && !wanted && tokens.length >= least) {
    const detail = 'this verifier does not check time stamps; firebreak evidence verify and openssl ts do';
    return tokens.map(() => ({ authority: '', keySource: 'embedded', state: 'not-checked', at: null, detail }));
  }
  checks.demand('timestamps');
  const found: Timestamping[] = [];
  if (checker !== undefined) for (const token of tokens) found.push(await checker(token, note));
  for (const { state, detail } of found) if (state === 'fails') checks.fail('timestamps', detail);
  const there = found.filter(({ state }) => state === 'holds');
  if (there.length < least) checks.fail('timestamps', `${there.length} of ${least} that are wanted`);
  checks.pass('timestamps', there.map(({ detail }) => detail).join('; '));
  return found;
}

/** The clock of the log's writer, as the entries tell it, against itself and against others. */
export class TimeCheck {
  #latest: { readonly index: number; readonly at: number } | undefined;
  #last: number | undefined;
  readonly #checks: EvidenceChecks;

  constructor(checks: EvidenceChecks) {
    this.#checks = checks;
  }

  take(index: number, { at: text }: LedgerEntry): void {
    const at = Date.parse(text);
    this.#last = at;
    if (Number.isNaN(at)) this.#checks.fail('times', `entry ${index} has no time`);
    else if (this.#latest !== undefined && at < this.#latest.at - slackMs) {
      this.#checks.fail('times', `entry ${index} says that it was before entry ${this.#latest.index}`);
    } else if (this.#latest === undefined || at > this.#latest.at) this.#latest = { index, at };
  }

  /** @param seen when others saw the end of it */
  end(seen: readonly { readonly name: string; readonly at: string }[]): void {
    const [latest, last] = [this.#latest, this.#last];
    for (const { name, at: text } of seen) {
      const at = Date.parse(text);
      if (latest !== undefined && latest.at > at + slackMs) {
        this.#checks.fail('times', `entry ${latest.index} is dated after ${name} saw it, at ${text}`);
      }
      if (last !== undefined && at > last + promptMs) {
        const said = Number.isNaN(last) ? 'no time' : new Date(last).toISOString();
        this.#checks.fail('times', `the last entry says ${said}, but ${name} saw it only at ${text}`);
      }
    }
    this.#checks.pass(
      'times',
      seen.length === 0
        ? 'in order by the writer’s own clock; nobody else’s clock vouches for it'
        : `in order, and seen by ${seen.map(({ name, at }) => `${name} at ${at}`).join(', ')}`,
    );
  }
}

/** The earlier checkpoint that a reader holds, when the same key has signed it for the same log. */
export function openEarlier(text: Uint8Array, verifier: NoteVerifier, checks: EvidenceChecks): Checkpoint | undefined {
  const opened = openNote(text, [verifier]);
  const checkpoint = opened.ok ? parseCheckpoint(opened.text) : undefined;
  if (!opened.ok) checks.fail('since', `the earlier checkpoint is not of this key: ${opened.reason}`);
  else if (checkpoint === undefined || checkpoint.origin !== verifier.name) {
    checks.fail('since', 'what was given as the earlier checkpoint is none of this log');
    return undefined;
  }
  return checkpoint;
}
