/**
 * The verifier: one pass over an evidence file that somebody may have forged, with no database and no network.
 *
 * What must stay true:
 *
 * - It trusts nothing but the verifier key, and says whether that came from the caller or from the file.
 * - Memory is bounded whatever the file says: one record, one proof, and one digest for each blob that the entries name.
 * - Nothing is written, followed or unpacked; a path is only ever compared.
 * - A check that could not be carried to its end is not `ok`. All findings are data; only a file that is no export at all
 *   throws.
 */
import { type EvidenceReport, FirebreakError, type LedgerEntry, ledgerEntrySchema } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex, sha256Stream } from '../kernel/digest.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { EvidenceChecks, shown } from './evidence-checks.ts';
import {
  blobDigestOf,
  blobPath,
  checkpointPath,
  entryIndexOf,
  keyPath,
  manifestHead,
  manifestLine,
  manifestPath,
  manifestTail,
  proofPath,
  readmePath,
  readmeText,
} from './evidence-format.ts';
import { exportedKind } from './ledger.ts';
import { hashLeaf, verifyInclusion } from './merkle.ts';
import { type NoteVerifier, noteVerifier, openNote } from './note.ts';
import { maximumRecordBytes } from './record.ts';
import { type TarMember, TarProblem, TarReader } from './tar.ts';
import { parseTlogProof } from './tlog-proof.ts';

const maximumReadmeBytes = 16 * 1024;
const maximumKeyBytes = 1024;
const maximumCheckpointBytes = 128 * 1024;
const maximumProofBytes = maximumCheckpointBytes + 8 * 1024;
const maximumBlobs = 1_000_000;
const maximumMembers = 4_000_000;

export interface VerifyOptions {
  /** The log's key, known by another way than the file. Without it the file can only be shown to agree with itself. */
  readonly verifierKey?: string;
}

/**
 * Verifies an evidence file. Tampering is an answer: `ok: false`, with the checks that failed.
 *
 * @throws FirebreakError `FB-EVIDENCE-UNREADABLE` when the stream is no evidence file, `FB-USAGE` when the given key is
 * none.
 */
export async function verifyEvidence(
  source: AsyncIterable<Uint8Array>,
  { verifierKey }: VerifyOptions = {},
): Promise<EvidenceReport> {
  const given = verifierKey === undefined ? undefined : noteVerifier(verifierKey.trim());
  if (verifierKey !== undefined && given === undefined) {
    throw new FirebreakError('FB-USAGE', 'The verifier key is not of the form name+id+key.');
  }
  const verification = new Verification(new TarReader(source), given);
  return verification.run();
}

class Verification {
  readonly #archive: TarReader;
  readonly #given: NoteVerifier | undefined;
  readonly #checks = new EvidenceChecks();
  #verifier: NoteVerifier | undefined;
  #checkpointBytes = '';
  #checkpoint: Checkpoint | undefined;
  #members = 0;
  #entries = 0;
  #incident: string | undefined;
  #lastIndex = -1;
  #lastEntry: LedgerEntry | undefined;
  /** Blobs that entries name and that were not met yet, with their sizes. */
  readonly #awaited = new Map<string, number>();
  #blobs = 0;
  readonly #manifest = sha256Stream();

  constructor(archive: TarReader, given: NoteVerifier | undefined) {
    this.#archive = archive;
    this.#given = given;
  }

  async run(): Promise<EvidenceReport> {
    const first = await this.#begin();
    try {
      await this.#readReadme(first);
      await this.#readKey();
      await this.#readCheckpoint();
      let member = await this.#next();
      for (; member !== undefined; member = await this.#next()) {
        const index = entryIndexOf(member.path);
        if (index === undefined) break;
        await this.#readEntry(member, index);
      }
      this.#endEntries();
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
    this.#manifest.update(Buffer.from(`${this.#noted ? ',' : manifestHead}${manifestLine({ path, sha256, size })}`));
    this.#noted = true;
  }
  #noted = false;

  async #readReadme(member: TarMember): Promise<void> {
    const readme = await this.#content(member, maximumReadmeBytes);
    if (Buffer.from(readme).toString() !== readmeText)
      throw new TarProblem(`${readmePath} is not the text of this format`);
  }

  async #readKey(): Promise<void> {
    const bytes = await this.#content(await this.#expect(keyPath), maximumKeyBytes);
    const text = utf8(bytes);
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
    this.#checkpointBytes = Buffer.from(bytes).toString();
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
  }

  async #readEntry(member: TarMember, index: number): Promise<void> {
    if (index <= this.#lastIndex) throw new TarProblem(`${member.path} is out of order, or there twice`);
    const record = await this.#content(member, maximumRecordBytes);
    const leafHash = hashLeaf(record);
    const entry = this.#parse(index, record);
    const proof = await this.#content(await this.#expect(proofPath(index)), maximumProofBytes);
    this.#checkInclusion(index, leafHash, proof);
    if (entry !== undefined) this.#checkSequence(index, entry);
    this.#entries += 1;
    this.#lastIndex = index;
    this.#lastEntry = entry;
  }

  #parse(index: number, record: Uint8Array): LedgerEntry | undefined {
    const text = utf8(record);
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
    for (const { sha256, size } of parsed.data.blobs) {
      if ((this.#awaited.get(sha256) ?? size) !== size)
        this.#checks.fail('records', `entry ${index} gives a blob another size`);
      this.#awaited.set(sha256, size);
    }
    if (this.#awaited.size > maximumBlobs) throw new TarProblem(`the entries name more than ${maximumBlobs} blobs`);
    return parsed.data;
  }

  #checkInclusion(index: number, leafHash: Uint8Array, proofBytes: Uint8Array): void {
    if (this.#checkpoint === undefined) {
      this.#checks.fail('inclusion', 'there is no signed tree');
      return;
    }
    const { root, size } = this.#checkpoint;
    const proof = parseTlogProof(utf8(proofBytes) ?? '');
    if (proof === undefined || proof.index !== index) {
      this.#checks.fail('inclusion', `the proof of entry ${index} cannot be read`);
    } else if (proof.checkpoint !== this.#checkpointBytes) {
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
      incident: this.#incident ?? '',
      origin: this.#checkpoint?.origin ?? '',
      rootHash: this.#rootHash(),
      treeSize: this.#checkpoint?.size ?? 0,
    });
    this.#manifest.update(Buffer.from(tail));
    if (found.hex() === this.#manifest.hex()) this.#checks.pass('manifest', `${this.#members - 1} files`);
    else this.#checks.fail('manifest', 'it does not list exactly the files that are here');
  }

  #rootHash(): string {
    return Buffer.from(this.#checkpoint?.root ?? []).toString('base64');
  }

  #report(): EvidenceReport {
    const checks = this.#checks.list();
    return {
      ok: checks.every(({ ok }) => ok),
      incident: shown(this.#incident ?? ''),
      origin: shown(this.#checkpoint?.origin ?? ''),
      treeSize: this.#checkpoint?.size ?? 0,
      rootHash: this.#rootHash(),
      verifierKey: shown(this.#verifier?.verifierKey ?? ''),
      keySource: this.#given === undefined ? 'embedded' : 'given',
      entries: this.#entries,
      blobs: this.#blobs,
      checks,
    };
  }
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
