/**
 * The verifier: one pass over an evidence file that somebody may have forged, with no database and no network.
 *
 * What must stay true:
 *
 * - It trusts nothing but keys, and says whether they came from the caller or from the file.
 * - Memory is bounded whatever the file says: one record, one proof, the tiles above the leaves, and one digest for each blob
 *   that the entries name.
 * - Nothing is written, followed or unpacked; a path is only ever compared.
 * - A check that could not be carried to its end is not `ok`. All findings are data; only a file that is no export at all
 *   throws.
 * - Nothing in here is of Node: the verifier page runs this code, built into one file (packages/verifier).
 */
import {
  type BlobRef,
  type EvidenceReport,
  FirebreakError,
  type LedgerEntry,
  ledgerEntrySchema,
} from '@firebreak/contract';
import { sha256Hex, sha256Stream } from '#digest';
import { sameBytes, toBase64, utf8Bytes, utf8Text } from '../kernel/bytes.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignatureVerifier } from './cosignature.ts';
import { EvidenceChecks, shown } from './evidence-checks.ts';
import {
  blobDigestOf,
  blobPath,
  checkpointPath,
  currentFormat,
  type EvidenceFormat,
  entryIndexOf,
  exportedKind,
  isDocumentPath,
  isReport,
  keyPath,
  manifestHead,
  manifestLine,
  manifestPath,
  manifestTail,
  maximumTiles,
  maximumTimestampBytes,
  maximumTimestamps,
  proofPath,
  readmePath,
  readmeTextOf,
  timestampPath,
} from './evidence-format.ts';
import { TileCheck } from './evidence-tiles.ts';
import { hashBytes, hashLeaf, verifyInclusion } from './merkle.ts';
import { type NoteVerifier, noteVerifier, openNote } from './note.ts';
import { maximumRecordBytes } from './record.ts';
import {
  checkTimestamps,
  checkWitnesses,
  openEarlier,
  statedPolicy,
  TimeCheck,
  type TimestampChecker,
  type Timestamping,
  type Witnessing,
} from './second-parties.ts';
import { type TarMember, TarProblem, TarReader } from './tar.ts';
import { parseTilePath, tileWidth } from './tile.ts';
import { parseTlogProof } from './tlog-proof.ts';

const maximumReadmeBytes = 16 * 1024;
const maximumKeyBytes = 1024;
const maximumCheckpointBytes = 128 * 1024;
const maximumProofBytes = maximumCheckpointBytes + 8 * 1024;
const maximumBlobs = 1_000_000;
/** A longer document is checked, but not handed out. */
const maximumShownBytes = 16 * 1024 * 1024;
const maximumMembers = 4_000_000;

export interface VerifyOptions {
  /** The log's key, known by another way than the file. Without it the file can only be shown to agree with itself. */
  readonly verifierKey?: string;
  /** Keys of witnesses, known by another way than the file, and how many of them must have cosigned; all when absent. */
  readonly witnesses?: readonly string[];
  readonly quorum?: number;
  /** A checkpoint of the log that the reader has kept: a signed note. */
  readonly earlier?: Uint8Array;
  /** Checks time stamps; without it they are listed as not checked. */
  readonly timestamps?: TimestampChecker | undefined;
  /** Whether a file without a time stamp fails. */
  readonly timestampWanted?: boolean;
  /** Given each document that is not too long to be shown. It is true only when the report says so. */
  readonly onDocument?: (path: string, bytes: Uint8Array) => void;
}

/**
 * Verifies an evidence file. Tampering is an answer: `ok: false`, with the checks that failed.
 *
 * @throws FirebreakError `FB-EVIDENCE-UNREADABLE` when the stream is no evidence file, `FB-USAGE` when the given key is
 * none.
 */
export async function verifyEvidence(
  source: AsyncIterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<EvidenceReport> {
  const { verifierKey, witnesses = [], quorum } = options;
  const given = verifierKey === undefined ? undefined : noteVerifier(verifierKey.trim());
  if (verifierKey !== undefined && given === undefined) {
    throw new FirebreakError('FB-USAGE', 'The verifier key is not of the form name+id+key.');
  }
  const cosigners = witnesses.flatMap((key) => cosignatureVerifier(key.trim()) ?? []);
  if (cosigners.length < witnesses.length) {
    throw new FirebreakError('FB-USAGE', 'A witness key is not of the form name+id+key, with a key of type 4.');
  }
  if (quorum !== undefined && !(Number.isInteger(quorum) && quorum >= 1 && quorum <= cosigners.length)) {
    throw new FirebreakError('FB-USAGE', `${quorum} of ${cosigners.length} witnesses cannot be asked for.`);
  }
  return new Verification(new TarReader(source), given, cosigners, options).run();
}

class Verification {
  readonly #archive: TarReader;
  readonly #given: NoteVerifier | undefined;
  readonly #cosigners: readonly NoteVerifier[];
  readonly #options: VerifyOptions;
  readonly #checks = new EvidenceChecks();
  readonly #times = new TimeCheck(this.#checks);
  #format: EvidenceFormat = currentFormat;
  #verifier: NoteVerifier | undefined;
  #checkpointText = '';
  #checkpointBytes: Uint8Array = new Uint8Array();
  #checkpoint: Checkpoint | undefined;
  #earlier: Checkpoint | undefined;
  readonly #tokens: Uint8Array[] = [];
  #tiles: TileCheck | undefined;
  #members = 0;
  #entries = 0;
  #incident: string | undefined;
  #lastIndex = -1;
  #lastEntry: LedgerEntry | undefined;
  /** Blobs that entries name and that were not met yet, with their sizes. */
  readonly #awaited = new Map<string, number>();
  #blobs = 0;
  #documents: BlobRef[] = [];
  /** Named by entries of earlier exports, and not part of the file. */
  #earlierReports = 0;
  #witnesses: Witnessing[] = [];
  #timestamps: Timestamping[] = [];
  readonly #manifest = sha256Stream();

  constructor(
    archive: TarReader,
    given: NoteVerifier | undefined,
    cosigners: readonly NoteVerifier[],
    options: VerifyOptions,
  ) {
    this.#archive = archive;
    this.#given = given;
    this.#cosigners = cosigners;
    this.#options = options;
  }

  async run(): Promise<EvidenceReport> {
    const first = await this.#begin();
    if (this.#options.earlier !== undefined) this.#checks.demand('since');
    try {
      await this.#readReadme(first);
      await this.#readKey();
      await this.#readCheckpoint();
      let member = await this.#next();
      if (this.#format > 1) member = await this.#readTiles(await this.#readTimestamps(member));
      for (; member !== undefined; member = await this.#next()) {
        const index = entryIndexOf(member.path);
        if (index === undefined) break;
        await this.#readEntry(member, index);
      }
      this.#endEntries();
      await this.#checkOthers();
      if (this.#format > 1) member = await this.#readDocuments(member);
      for (let previous = ''; member !== undefined; member = await this.#next()) {
        const digest = blobDigestOf(member.path);
        if (digest === undefined) break;
        if (digest <= previous) throw new TarProblem(`${member.path} is out of order, or there twice`);
        previous = digest;
        await this.#readBlob(member, digest);
      }
      this.#endBlobs();
      await this.#readManifest(member);
      const more = await this.#next();
      if (more !== undefined) throw new TarProblem(`${shown(more.path)} follows the manifest`);
      this.#checks.pass('archive', `${this.#members} files, all of them parts of an export`);
    } catch (error) {
      if (!(error instanceof TarProblem)) throw error;
      this.#checks.fail('archive', error.message);
    }
    return this.#report();
  }

  /** Wrong file or tampered file: an export is recognised by its first member. */
  async #begin(): Promise<TarMember> {
    let first: TarMember | undefined;
    try {
      first = await this.#next();
    } catch (error) {
      if (!(error instanceof TarProblem)) throw error;
    }
    if (first?.path !== readmePath) {
      throw new FirebreakError('FB-EVIDENCE-UNREADABLE', 'It does not begin like an evidence file.');
    }
    return first;
  }

  async #next(): Promise<TarMember | undefined> {
    const member = await this.#archive.next();
    if (member !== undefined) this.#members += 1;
    if (this.#members > maximumMembers) throw new TarProblem(`there are more than ${maximumMembers} files`);
    return member;
  }

  async #expect(path: string): Promise<TarMember> {
    const member = await this.#next();
    if (member?.path !== path) {
      throw new TarProblem(
        `${path} is missing; ${member === undefined ? 'the end' : shown(member.path)} is in its place`,
      );
    }
    return member;
  }

  /** The whole content of a member, noted for the manifest. */
  async #content({ path, size }: TarMember, limit: number): Promise<Uint8Array> {
    const bytes = await this.#archive.content(limit);
    this.#note(path, sha256Hex(bytes), size);
    return bytes;
  }

  #note(path: string, sha256: string, size: number): void {
    this.#manifest.update(utf8Bytes(`${this.#noted ? ',' : manifestHead}${manifestLine({ path, sha256, size })}`));
    this.#noted = true;
  }
  #noted = false;

  async #readReadme(member: TarMember): Promise<void> {
    const readme = await this.#content(member, maximumReadmeBytes);
    const text = utf8Text(readme);
    const format = ([3, 2, 1] as const).find((each) => readmeTextOf[each] === text);
    if (format === undefined) throw new TarProblem(`${readmePath} is not the text of this format`);
    this.#format = format;
    if (format > 1) this.#checks.demand('tiles', 'times', 'documents');
  }

  async #readKey(): Promise<void> {
    const bytes = await this.#content(await this.#expect(keyPath), maximumKeyBytes);
    const text = utf8Text(bytes);
    const embedded = text?.endsWith('\n') ? noteVerifier(text.slice(0, -1)) : undefined;
    this.#verifier = this.#given ?? embedded;
    if (embedded === undefined) this.#checks.fail('key', `${keyPath} is not a verifier key`);
    else if (this.#given === undefined)
      this.#checks.pass('key', 'from the file itself: compare it with one from its owner');
    else if (this.#given.verifierKey === embedded.verifierKey) this.#checks.pass('key', 'it is the one that was given');
    else this.#checks.fail('key', `the file carries another one, of ${shown(embedded.name)}`);
  }

  async #readCheckpoint(): Promise<void> {
    const bytes = await this.#content(await this.#expect(checkpointPath), maximumCheckpointBytes);
    this.#checkpointBytes = bytes;
    this.#checkpointText = utf8Text(bytes) ?? '';
    if (this.#verifier === undefined) {
      this.#checks.fail('signature', 'there is no key to check it with');
      return;
    }
    const opened = openNote(bytes, [this.#verifier]);
    const checkpoint = opened.ok ? parseCheckpoint(opened.text) : undefined;
    if (!opened.ok) this.#checks.fail('signature', opened.reason);
    else if (checkpoint === undefined) this.#checks.fail('signature', 'what is signed is not a checkpoint');
    else if (checkpoint.origin !== this.#verifier.name) {
      this.#checks.fail('signature', `it speaks for another log, ${shown(checkpoint.origin)}`);
    } else {
      this.#checkpoint = checkpoint;
      this.#checks.pass('signature', `${checkpoint.size} entries, signed by ${shown(checkpoint.origin)}`);
    }
    const { earlier } = this.#options;
    if (earlier !== undefined) this.#earlier = openEarlier(earlier, this.#verifier, this.#checks);
  }

  async #readTimestamps(first: TarMember | undefined): Promise<TarMember | undefined> {
    let member = first;
    for (; member?.path === timestampPath(this.#tokens.length); member = await this.#next()) {
      if (this.#tokens.length >= maximumTimestamps) throw new TarProblem('there are too many time stamps');
      this.#tokens.push(await this.#content(member, maximumTimestampBytes));
    }
    return member;
  }

  async #readTiles(first: TarMember | undefined): Promise<TarMember | undefined> {
    const tree = this.#checkpoint;
    const tiles = tree === undefined ? undefined : new TileCheck(tree, this.#earlier?.size);
    this.#tiles = tiles;
    let member = first;
    for (let count = 1; member !== undefined; member = await this.#next(), count += 1) {
      const tile = parseTilePath(member.path);
      if (tile === undefined) break;
      if (count > maximumTiles) throw new TarProblem('there are too many tiles');
      const content = await this.#content(member, tileWidth * hashBytes);
      const problem = tiles === undefined ? 'there is no signed tree' : tiles.take(tile, content);
      if (problem !== undefined) this.#checks.fail('tiles', problem);
    }
    const problem = await tiles?.rootProblem();
    if (problem !== undefined) this.#checks.fail('tiles', problem);
    return member;
  }

  async #readEntry(member: TarMember, index: number): Promise<void> {
    if (index <= this.#lastIndex) throw new TarProblem(`${member.path} is out of order, or there twice`);
    const record = await this.#content(member, maximumRecordBytes);
    const leafHash = hashLeaf(record);
    const entry = this.#parse(index, record);
    const proof = await this.#content(await this.#expect(proofPath(index)), maximumProofBytes);
    this.#checkInclusion(index, leafHash, proof);
    if (entry !== undefined) this.#checkSequence(index, entry);
    if (entry !== undefined) this.#times.take(index, entry);
    const lacking = this.#tiles?.needFor(index);
    if (lacking !== undefined) this.#checks.fail('tiles', lacking);
    this.#entries += 1;
    this.#lastIndex = index;
    this.#lastEntry = entry;
  }

  #parse(index: number, record: Uint8Array): LedgerEntry | undefined {
    const text = utf8Text(record);
    let value: unknown;
    let canonical: string | undefined;
    try {
      value = JSON.parse(text ?? '');
      canonical = canonicalJson(value);
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    }
    const parsed = ledgerEntrySchema.safeParse(value);
    if (!parsed.success || canonical !== text) {
      this.#checks.fail('records', `entry ${index} is not the canonical JSON of an entry`);
      return undefined;
    }
    // Whether this is the last entry is not known yet. In format 2 the documents of one that was not are blobs like others.
    if (this.#format === 2) for (const blob of this.#documents) this.#await(index, blob);
    else this.#earlierReports += this.#documents.length;
    this.#documents = [];
    for (const blob of parsed.data.blobs) {
      if (this.#isDocument(parsed.data, blob)) this.#documents.push(blob);
      else this.#await(index, blob);
    }
    return parsed.data;
  }

  /** Whether an entry's blob is in `documents/` if the entry is the last. */
  #isDocument(entry: LedgerEntry, { name }: BlobRef): boolean {
    return this.#format > 2 ? isReport(entry, name) : this.#format === 2 && isDocumentPath(name);
  }

  #await(index: number, { sha256, size }: BlobRef): void {
    if ((this.#awaited.get(sha256) ?? size) !== size) {
      this.#checks.fail('records', `entry ${index} gives a blob another size`);
    }
    this.#awaited.set(sha256, size);
    if (this.#awaited.size > maximumBlobs) throw new TarProblem(`the entries name more than ${maximumBlobs} blobs`);
  }

  #checkInclusion(index: number, leafHash: Uint8Array, proofBytes: Uint8Array): void {
    if (this.#checkpoint === undefined) {
      this.#checks.fail('inclusion', 'there is no signed tree');
      return;
    }
    const { root, size } = this.#checkpoint;
    const proof = parseTlogProof(utf8Text(proofBytes) ?? '');
    if (proof === undefined || proof.index !== index) {
      this.#checks.fail('inclusion', `the proof of entry ${index} cannot be read`);
    } else if (proof.checkpoint !== this.#checkpointText) {
      this.#checks.fail('inclusion', `the proof of entry ${index} leads to another checkpoint`);
    } else if (!verifyInclusion({ index, size, leafHash, root, proof: proof.hashes })) {
      this.#checks.fail('inclusion', `entry ${index} is not in the signed tree of ${size} entries as it stands here`);
    }
  }

  #checkSequence(index: number, entry: LedgerEntry): void {
    this.#incident ??= entry.incident ?? undefined;
    if (entry.incident === null || entry.incident !== this.#incident) {
      this.#checks.fail(
        'sequence',
        `entry ${index} belongs to something else, ${shown(entry.incident ?? 'the installation')}`,
      );
    } else if (entry.incidentSeq !== this.#entries) {
      this.#checks.fail('sequence', `entry ${index} counts ${entry.incidentSeq} where ${this.#entries} is due`);
    }
  }

  #endEntries(): void {
    this.#checks.pass('records', `${this.#entries} entries`);
    this.#checks.pass('sequence', `0 to ${this.#entries - 1} without a gap`);
    this.#checks.pass('inclusion', `${this.#entries} of ${this.#entries} entries`);
    const end = this.#lastEntry;
    const stated = end?.kind === exportedKind ? end.body.entries : undefined;
    if (stated === undefined) this.#checks.fail('end', `the last entry is not ${exportedKind}: the end was cut off`);
    else if (stated !== this.#entries) {
      this.#checks.fail('end', `the last entry states ${shown(String(stated))} entries, there are ${this.#entries}`);
    } else if (this.#checkpoint?.size !== this.#lastIndex + 1) {
      this.#checks.fail('end', 'the signed tree does not end with the last entry');
    } else this.#checks.pass('end', `it states ${this.#entries} entries, and ends the signed tree`);
  }

  /** Asked once the last entry is known, which says who was to be asked. */
  async #checkOthers(): Promise<void> {
    if (this.#earlier !== undefined) await this.#checkEarlier(this.#earlier);
    const stated = statedPolicy(this.#format > 1 ? this.#lastEntry : undefined);
    const { quorum, timestamps, timestampWanted = false } = this.#options;
    const note = this.#checkpointBytes;
    this.#witnesses = checkWitnesses({ note, given: this.#cosigners, quorum, stated }, this.#checks);
    const wanted = { wanted: timestampWanted, stated };
    this.#timestamps = await checkTimestamps(this.#tokens, note, timestamps, wanted, this.#checks);
    if (this.#format === 1) return;
    const seen = [
      ...this.#witnesses.flatMap(({ name, state, at }) => (state === 'cosigned' && at !== null ? [{ name, at }] : [])),
      ...this.#timestamps.flatMap(({ authority: name, state, at }) =>
        state === 'holds' && at !== null ? [{ name, at }] : [],
      ),
    ];
    this.#times.end(seen);
    for (const size of stated.since) {
      const lacking = this.#tiles?.needFor(size - 1);
      if (lacking !== undefined) this.#checks.fail('tiles', lacking);
    }
    const idle = this.#tiles?.idle ?? 0;
    if (idle > 0) this.#checks.fail('tiles', `${idle} tiles are on the way to no entry`);
    this.#checks.pass('tiles', `${this.#tiles?.count ?? 0} tiles, of which the signed root is made`);
  }

  /** Whether the tree, as the tiles show it, had the earlier root when it had the earlier size. */
  async #checkEarlier({ size, root }: Checkpoint): Promise<void> {
    const tree = this.#checkpoint;
    if (tree === undefined) this.#checks.fail('since', 'there is no signed tree');
    else if (size > tree.size) {
      this.#checks.fail('since', `the log had ${size} entries then; this file is older, it shows ${tree.size}`);
    } else {
      const now = size === tree.size ? tree.root : await this.#tiles?.earlierRoot();
      if (now === undefined) {
        this.#checks.fail('since', `the file has no tiles for ${size} entries: ask for an export with --since ${size}`);
      } else if (!sameBytes(now, root)) {
        this.#checks.fail(
          'since',
          `the first ${size} entries are not those that were signed then: the log was rewritten`,
        );
      } else this.#checks.pass('since', `the first ${size} entries are those that were signed then`);
    }
  }

  /** The documents of the last entry, in its order. */
  async #readDocuments(first: TarMember | undefined): Promise<TarMember | undefined> {
    let member = first;
    for (const { name, sha256, size } of this.#documents) {
      if (member?.path !== name) {
        this.#checks.fail('documents', `${name} is missing`);
        continue;
      }
      const actual = await this.#readDocument(member);
      if (actual !== sha256 || member.size !== size) {
        this.#checks.fail('documents', `${name} is not the one that was made at the export`);
      }
      member = await this.#next();
    }
    const earlier = this.#earlierReports;
    const more =
      earlier === 0 ? '' : `; ${earlier} of earlier exports are named by their entries and are not part of the file`;
    this.#checks.pass('documents', `${this.#documents.length} documents${more}`);
    return member;
  }

  async #readDocument(member: TarMember): Promise<string> {
    const { path, size } = member;
    const { onDocument } = this.#options;
    if (onDocument !== undefined && size <= maximumShownBytes) {
      const bytes = await this.#content(member, maximumShownBytes);
      onDocument(path, bytes);
      return sha256Hex(bytes);
    }
    const hash = sha256Stream();
    for await (const piece of this.#archive.pieces()) hash.update(piece);
    const actual = hash.hex();
    this.#note(path, actual, size);
    return actual;
  }

  async #readBlob({ path, size }: TarMember, digest: string): Promise<void> {
    const hash = sha256Stream();
    for await (const piece of this.#archive.pieces()) hash.update(piece);
    const actual = hash.hex();
    this.#note(path, actual, size);
    this.#blobs += 1;
    const expected = this.#awaited.get(digest);
    this.#awaited.delete(digest);
    if (expected === undefined) this.#checks.fail('blobs', `no entry names ${path}`);
    else if (actual !== digest) this.#checks.fail('blobs', `the content of ${path} is another one`);
    else if (size !== expected) this.#checks.fail('blobs', `${path} has ${size} bytes, the entry says ${expected}`);
  }

  #endBlobs(): void {
    for (const digest of this.#awaited.keys()) this.#checks.fail('blobs', `${blobPath(digest)} is missing`);
    this.#checks.pass('blobs', `${this.#blobs} of ${this.#blobs} blobs`);
  }

  async #readManifest(member: TarMember | undefined): Promise<void> {
    if (member?.path !== manifestPath) {
      throw new TarProblem(
        member === undefined ? `${manifestPath} is missing` : `${shown(member.path)} is not part of an export`,
      );
    }
    const found = sha256Stream();
    for await (const piece of this.#archive.pieces()) found.update(piece);
    const tail = manifestTail({
      format: this.#format,
      incident: this.#incident ?? '',
      origin: this.#checkpoint?.origin ?? '',
      rootHash: this.#rootHash(),
      treeSize: this.#checkpoint?.size ?? 0,
    });
    this.#manifest.update(utf8Bytes(tail));
    if (found.hex() === this.#manifest.hex()) this.#checks.pass('manifest', `${this.#members - 1} files`);
    else this.#checks.fail('manifest', 'it does not list exactly the files that are here');
  }

  #rootHash(): string {
    return toBase64(this.#checkpoint?.root ?? new Uint8Array());
  }

  #report(): EvidenceReport {
    const checks = this.#checks.list();
    const ok = checks.every((check) => check.ok);
    const contradicted =
      this.#witnesses.some(({ state }) => state === 'wrong') || this.#timestamps.some(({ state }) => state === 'fails');
    return {
      ok,
      unvouched: !ok && !contradicted && this.#checks.onlySecondParties(),
      incident: shown(this.#incident ?? ''),
      origin: shown(this.#checkpoint?.origin ?? ''),
      treeSize: this.#checkpoint?.size ?? 0,
      rootHash: this.#rootHash(),
      verifierKey: shown(this.#verifier?.verifierKey ?? ''),
      keySource: this.#given === undefined ? 'embedded' : 'given',
      entries: this.#entries,
      blobs: this.#blobs,
      format: this.#format,
      documents: this.#documents.map((blob) => ({
        ...blob,
        name: shown(blob.name),
        mediaType: shown(blob.mediaType),
      })),
      witnesses: this.#witnesses,
      timestamps: this.#timestamps,
      checks,
      notes: this.#notes(),
    };
  }

  /** What a reader might think that was looked at. */
  #notes(): string[] {
    const notes: string[] = [];
    if (this.#given === undefined) {
      notes.push(
        'The key came with the file: this shows that the file agrees with itself. Give the key to know who signed it.',
      );
    }
    if (this.#witnesses.length === 0) {
      notes.push('No witness was asked for: nobody but the log’s owner says that there is only one such log.');
    } else if (this.#cosigners.length === 0) {
      notes.push(
        'The witnesses are those that the log names itself. Give their keys to know that they are who they say.',
      );
    }
    if (this.#timestamps.some(({ state }) => state === 'not-checked')) {
      notes.push('There are time stamps that were not checked here.');
    }
    if (this.#options.earlier === undefined) {
      notes.push('No earlier checkpoint was given: whether the log was rewritten since then was not looked at.');
    }
    return notes;
  }
}
