/**
 * The evidence file, as writer and verifier agree on it; `docs/evidence.md` says the same in prose. A plain tar archive of
 * exactly these members, in this order:
 *
 *     README.txt                        the text below
 *     verifier.vkey                     the key that checks the checkpoint, C2SP signed-note form, one line
 *     checkpoint                        C2SP tlog-checkpoint of the tree that ends with the export's own entry, with the
 *                                       cosignatures of witnesses that had it
 *     timestamps/<n>.tsr                RFC 3161 answers about the bytes of `checkpoint`, from 0
 *     tile/<level>/<n>                  C2SP tlog-tiles, the highest level first: those on the way to an entry
 *     entries/<index>.json              the exact record …
 *     proofs/<index>.tlog-proof         … and its C2SP tlog-proof; pairs by rising index
 *     documents/<name>                  what the last entry names under `documents/…`, by rising name
 *     blobs/sha256/<hex>                each other blob that an entry names, by rising digest
 *     manifest.json                     path, size and digest of every member before it
 *
 * Nothing in it is left to the writer's taste: two exports of the same tree, cosigned alike, are the same bytes, and no byte
 * of an export can change without a check failing.
 *
 * An export is itself an entry, which names the reports that were made for it. Those of earlier exports are not part of a later
 * one: they were rendered from the entries that are here, and would be carried along by every export after them. Their names
 * and digests stay, in the entries. Format 2 still carried them; format 1 had no time stamps, tiles and documents. Both are read.
 */
import type { LedgerEntry } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';

export type EvidenceFormat = 1 | 2 | 3;
/** What is written now. */
export const currentFormat = 3;

/** Kind of the entry that ends an export. */
export const exportedKind = 'evidence.exported';

export const readmePath = 'README.txt';
export const keyPath = 'verifier.vkey';
export const checkpointPath = 'checkpoint';
export const manifestPath = 'manifest.json';
export const timestampPath = (n: number) => `timestamps/${n}.tsr`;
export const entryPath = (index: number) => `entries/${index}.json`;
export const proofPath = (index: number) => `proofs/${index}.tlog-proof`;
export const blobPath = (sha256: string) => `blobs/sha256/${sha256}`;
/** Documents are blobs of the last entry whose names begin so; the name is also the member's path. */
export const documentFolder = 'documents/';

/** No more time stamps are in a file, and none is longer. */
export const maximumTimestamps = 8;
export const maximumTimestampBytes = 64 * 1024;
/** Tiles in a file, and tree sizes beside its own that it holds tiles for. */
export const maximumTiles = 500_000;
export const maximumSince = 100;

/** The index in the path of an entry. */
export function entryIndexOf(path: string): number | undefined {
  const index = Number(/^entries\/(0|[1-9]\d{0,15})\.json$/.exec(path)?.[1]);
  return Number.isSafeInteger(index) ? index : undefined;
}
/** The digest in the path of a blob. */
export function blobDigestOf(path: string): string | undefined {
  return /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
}

/** The path of a document: one name of lower case, digits, dots and dashes. */
export function isDocumentPath(path: string): boolean {
  return /^documents\/[a-z0-9][a-z0-9.-]{0,79}$/.test(path);
}

/** Whether a blob of an entry is a report that was made for an export. */
export function isReport({ kind }: LedgerEntry, name: string): boolean {
  return kind === exportedKind && isDocumentPath(name);
}

export interface ManifestFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** What the manifest says about the export as a whole. */
export interface ManifestSubject {
  readonly format: EvidenceFormat;
  readonly incident: string;
  readonly origin: string;
  /** Base64, as in the checkpoint. */
  readonly rootHash: string;
  readonly treeSize: number;
}

/**
 * The manifest is canonical JSON whose first member is the list of files, so that both sides can write it down, or hash it,
 * while the files go by: `manifestHead`, the lines joined by commas, `manifestTail`.
 */
export const manifestHead = '{"files":[';
export const manifestLine = ({ path, sha256, size }: ManifestFile): string => canonicalJson({ path, sha256, size });
export const manifestTail = ({ format, incident, origin, rootHash, treeSize }: ManifestSubject): string =>
  `],${canonicalJson({ format: `firebreak-evidence/${format}`, incident, origin, rootHash, treeSize }).slice(1)}`;

/** Files of format 1 begin with this; they are still verified. A change to a text needs a new number: the verifier compares it. */
const readmeTextOf1 = `Firebreak evidence, format 1
============================

This archive holds the record of one security incident, taken from an
append-only log, and the proof that nothing in it was changed, left out
or put in later.

  verifier.vkey        public key of the log (C2SP signed note)
  checkpoint           the signed state of the log: name, number of
                       entries, root hash (C2SP tlog-checkpoint)
  entries/N.json       entry N of the log: canonical JSON (RFC 8785),
                       exactly the bytes that were logged
  proofs/N.tlog-proof  the proof that entry N is in the signed tree
                       (C2SP tlog-proof, RFC 6962 hashing)
  blobs/sha256/HEX     the files that entries name, under their SHA-256
  manifest.json        path, size and SHA-256 of every file above

To verify it with Firebreak, without network and without a database:

  firebreak evidence verify THIS-FILE --key 'NAME+ID+KEY'

Get the key from the owner of the log by another way than this file and
compare it with verifier.vkey. Without it, verification shows only that
the archive agrees with itself.

To verify it without Firebreak, unpack it with any tar, then:

1. Open "checkpoint" with verifier.vkey in any implementation of signed
   notes, for example golang.org/x/mod/sumdb/note. The algorithm is
   Ed25519 over the text before the last empty line.
2. For each N check the inclusion proof, for example with
   golang.org/x/mod/sumdb/tlog (CheckRecord). The leaf hash is
     (printf '\\0'; cat entries/N.json) | sha256sum
   and the proof is the base64 lines of proofs/N.tlog-proof between
   "index N" and the empty line.
3. "incident" must be the same in all entries, and "incidentSeq" count
   0, 1, 2, ... without a gap. The last entry has the kind
   "evidence.exported", its body states the number of entries, and it is
   the last entry of the signed tree: its index is the tree size less 1.
4. Check the blobs, and that they are those that the entries name:
     cd blobs/sha256 && for f in *; do echo "$f  $f"; done | sha256sum -c
`;

const readmeTextOf2 = `Firebreak evidence, format 2
============================

This archive holds the record of one security incident, taken from an
append-only log, and the proof that nothing in it was changed, left out
or put in later.

To read: documents/report.html or documents/report.pdf.

  verifier.vkey        public key of the log (C2SP signed note)
  checkpoint           the signed state of the log: name, number of
                       entries, root hash (C2SP tlog-checkpoint), with
                       the cosignatures of witnesses (C2SP
                       tlog-cosignature) when there are any
  timestamps/N.tsr     time stamps of that file (RFC 3161), if any
  tile/L/N             hashes of the log (C2SP tlog-tiles), those that
                       lead from the entries to the root
  entries/N.json       entry N of the log: canonical JSON (RFC 8785),
                       exactly the bytes that were logged
  proofs/N.tlog-proof  the proof that entry N is in the signed tree
                       (C2SP tlog-proof, RFC 6962 hashing)
  documents/NAME       reports made at the export; the last entry names
                       them with their SHA-256
  blobs/sha256/HEX     the files that entries name, under their SHA-256
  manifest.json        path, size and SHA-256 of every file above

To verify it with Firebreak, without network and without a database:

  firebreak evidence verify THIS-FILE --key 'NAME+ID+KEY'

or drag it into Firebreak's verifier page, one HTML file that needs no
server. Neither is in this archive, on purpose: whoever changed the
archive could have changed a verifier inside it. Get it, and the key,
from the owner of the log by another way, and compare the key with
verifier.vkey. Without the key, verification shows only that the
archive agrees with itself.

To verify it without Firebreak, unpack it with any tar, then:

1. Open "checkpoint" with verifier.vkey in any implementation of signed
   notes, for example golang.org/x/mod/sumdb/note. The algorithm is
   Ed25519 over the text before the last empty line. The lines of
   witnesses are checked with their own keys (type 4, tlog-cosignature).
2. For each N check the inclusion proof, for example with
   golang.org/x/mod/sumdb/tlog (CheckRecord). The leaf hash is
     (printf '\\0'; cat entries/N.json) | sha256sum
   and the proof is the base64 lines of proofs/N.tlog-proof between
   "index N" and the empty line. Or read the hashes from the tiles
   (TileHashReader).
3. "incident" must be the same in all entries, and "incidentSeq" count
   0, 1, 2, ... without a gap. The last entry has the kind
   "evidence.exported", its body states the number of entries, and it is
   the last entry of the signed tree: its index is the tree size less 1.
4. Check the blobs, and that they are those that the entries name:
     cd blobs/sha256 && for f in *; do echo "$f  $f"; done | sha256sum -c
   and "sha256sum documents/*" against the last entry.
5. Check the time stamps with the certificate of their authority:
     openssl ts -verify -in timestamps/0.tsr -data checkpoint -CAfile CA
`;

/** Only the places that differ, so that it can be seen what they are. */
const readmeTextOf3 = readmeTextOf2
  .replace('format 2', 'format 3')
  .replace(
    '  blobs/sha256/HEX     the files',
    '                       (those of earlier exports are not here)\n  blobs/sha256/HEX     the files',
  );

/** What a file of this format begins with. */
export const readmeTextOf: Readonly<Record<EvidenceFormat, string>> = {
  1: readmeTextOf1,
  2: readmeTextOf2,
  3: readmeTextOf3,
};
