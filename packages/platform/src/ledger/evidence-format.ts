/**
 * The evidence file, as writer and verifier agree on it; `docs/evidence.md` says the same in prose. A plain tar archive of
 * exactly these members, in this order:
 *
 *     README.txt                        the text below
 *     verifier.vkey                     the key that checks the checkpoint, C2SP signed-note form, one line
 *     checkpoint                        C2SP tlog-checkpoint of the tree that ends with the export's own entry
 *     entries/<index>.json              the exact record …
 *     proofs/<index>.tlog-proof         … and its C2SP tlog-proof; pairs by rising index
 *     blobs/sha256/<hex>                each blob that an entry names, by rising digest
 *     manifest.json                     path, size and digest of every member before it
 *
 * Nothing in it is left to the writer's taste: two exports of the same tree are the same bytes, and no byte of an export
 * can change without a check failing.
 */
import { canonicalJson } from '../kernel/canonical-json.ts';

export const readmePath = 'README.txt';
export const keyPath = 'verifier.vkey';
export const checkpointPath = 'checkpoint';
export const manifestPath = 'manifest.json';
export const entryPath = (index: number) => `entries/${index}.json`;
export const proofPath = (index: number) => `proofs/${index}.tlog-proof`;
export const blobPath = (sha256: string) => `blobs/sha256/${sha256}`;

/** The index in the path of an entry. */
export function entryIndexOf(path: string): number | undefined {
  const index = Number(/^entries\/(0|[1-9]\d{0,15})\.json$/.exec(path)?.[1]);
  return Number.isSafeInteger(index) ? index : undefined;
}
/** The digest in the path of a blob. */
export function blobDigestOf(path: string): string | undefined {
  return /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
}

export interface ManifestFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** What the manifest says about the export as a whole. */
export interface ManifestSubject {
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
export const manifestTail = ({ incident, origin, rootHash, treeSize }: ManifestSubject): string =>
  `],${canonicalJson({ format: 'firebreak-evidence/1', incident, origin, rootHash, treeSize }).slice(1)}`;

/** A change to this text needs a new format number: the verifier compares it. */
export const readmeText = `Firebreak evidence, format 1
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
