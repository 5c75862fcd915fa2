/**
 * Whether a redacted copy is what the log committed to: the fields that are shown lead, with the hashes of those that are not, to the
 * root of the record, that to the root of the snapshot's records, that is in an entry, and the entry is in a signed tree. Needs nothing but
 * the copy, and the log's key to know whose log it is.
 */
import {
  FirebreakError,
  type LedgerEntry,
  ledgerEntrySchema,
  type RedactedCopy,
  type RedactionReport,
  redactedCopySchema,
} from '@firebreak/contract';
import { parseCheckpoint } from '../../ledger/checkpoint.ts';
import { hashLeaf, verifyInclusion } from '../../ledger/merkle.ts';
import { noteVerifier, openNote } from '../../ledger/note.ts';
import { parseTlogProof } from '../../ledger/tlog-proof.ts';
import { type Leaf, leafHash, recordFrom, recordLeaf } from './commitment.ts';
import { treeRoot } from './tree.ts';

/** @throws FirebreakError FB-EVIDENCE-UNREADABLE for what is no redacted copy, FB-USAGE when the key given is none */
export function verifyRedacted(text: string, key?: string): RedactionReport {
  const copy = parsed(text);
  const checks: { check: string; ok: boolean; detail: string }[] = [];
  const check = (name: string, ok: boolean, good: string, bad: string): boolean => {
    checks.push({ check: name, ok, detail: ok ? good : bad });
    return ok;
  };
  if (key !== undefined && noteVerifier(key) === undefined)
    throw new FirebreakError('FB-USAGE', 'The key is none of the form name+id+base64.');
  const record = Buffer.from(copy.entry, 'base64');
  check(
    'the key is the one that was given',
    key === undefined || key === copy.verifierKey,
    'no other was given',
    'the copy carries another key',
  );
  check(
    'the entry is in a tree that the key signed',
    isLogged(copy, record, key ?? copy.verifierKey),
    'signature and path hold',
    'signature or path does not hold',
  );
  const entry = entryOf(record);
  const isTaken = entry?.kind === 'custody.taken' && entry.body.snapshot === copy.snapshot;
  check(
    'the entry says that this snapshot was taken',
    isTaken,
    `taken by ${entry?.actor ?? ''}`,
    'it is an entry about something else',
  );
  const root = rootOf(copy, entry);
  const claimed = fieldsOf(entry);
  const isSame = claimed !== undefined && root !== undefined && claimed.records === copy.place.size;
  check(
    'the fields are those that the entry commits to',
    isSame &&
      verifyInclusion({
        index: copy.place.index,
        size: copy.place.size,
        leafHash: root,
        root: Buffer.from(claimed.root, 'hex'),
        proof: copy.place.path.map((each) => Buffer.from(each, 'hex')),
      }),
    'every field that is shown is as it was',
    'a field was changed, added, moved or left out without a trace',
  );
  const shown = copy.fields.flatMap((field): Leaf[] => ('hash' in field ? [] : [field]));
  const ordered = shown.every(({ pointer }, at) => at === 0 || (shown[at - 1]?.pointer ?? '') < pointer);
  check('no field is shown twice', ordered, 'they are in order', 'fields are out of order');
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    keySource: key === undefined ? 'embedded' : 'given',
    subject: typeof entry?.body.subject === 'string' ? entry.body.subject : '',
    takenAt: entry?.at ?? '',
    takenBy: entry?.actor ?? '',
    shown: shown.length,
    hidden: copy.fields.length - shown.length,
    record: recordFrom(shown),
  };
}

function parsed(text: string): RedactedCopy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FirebreakError('FB-EVIDENCE-UNREADABLE', 'It is no JSON.', { cause });
  }
  const copy = redactedCopySchema.safeParse(json);
  if (!copy.success) throw new FirebreakError('FB-EVIDENCE-UNREADABLE', 'It is no redacted copy of evidence.');
  return copy.data;
}

function isLogged({ proof }: RedactedCopy, record: Uint8Array, key: string): boolean {
  const verifier = noteVerifier(key);
  const claim = parseTlogProof(proof);
  if (verifier === undefined || claim === undefined) return false;
  const note = openNote(Buffer.from(claim.checkpoint), [verifier]);
  if (!('text' in note)) return false;
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint === undefined || checkpoint.origin !== verifier.name) return false;
  const { size, root } = checkpoint;
  return verifyInclusion({ index: claim.index, size, leafHash: hashLeaf(record), root, proof: claim.hashes });
}

function entryOf(record: Buffer): LedgerEntry | undefined {
  try {
    return ledgerEntrySchema.safeParse(JSON.parse(record.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function fieldsOf(entry: LedgerEntry | undefined): { readonly records: number; readonly root: string } | undefined {
  const fields = entry?.body.fields as { records?: unknown; root?: unknown } | null | undefined;
  return typeof fields?.records === 'number' && typeof fields.root === 'string'
    ? { records: fields.records, root: fields.root }
    : undefined;
}

/** The leaf of the record, computed from what is shown and the hashes of what is not; undefined for values that JSON cannot say exactly. */
function rootOf({ fields, piece }: RedactedCopy, entry: LedgerEntry | undefined): Uint8Array | undefined {
  if (entry === undefined) return undefined;
  try {
    const leaves = fields.map((field) =>
      'hash' in field ? Buffer.from(field.hash, 'hex') : leafHash(field.salt, field as Leaf),
    );
    return recordLeaf(piece, { count: fields.length, root: Buffer.from(treeRoot(leaves)).toString('hex') });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
