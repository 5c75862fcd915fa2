/**
 * The recovery board as people work it. What must stay true:
 *
 * - Every change is one row and one ledger entry, in one transaction; the board is made from the rows and from what is known, anew each
 *   time it is asked for, so it cannot disagree with either.
 * - A signature is for one board, by its digest. When the board changes the signature stands no more, and says so.
 * - One person signs for one role. The attestation wants every item over and every role signed, and the gate wants the attestation.
 */
import {
  FirebreakError,
  type FollowUp,
  type RecoveryBoard,
  type RecoveryItem,
  type RecoveryRole,
  type RecoveryState,
  type Role,
  recoveryRoles,
} from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { AttestationRow, Mark, RecoveryStore, SignOffRow } from '../store.ts';
import type { BoardInput } from './draft.ts';
import { type GeneratedBoard, generateBoard } from './generate.ts';
import type { SignOffPolicy } from './sign-off-policy.ts';

/** All that a board is made from but what people said. */
export type KnownInput = Omit<BoardInput, 'marks'> & Pick<RecoveryBoard, 'access' | 'completeness'>;

export interface MarkRequest {
  readonly incident: string;
  readonly item: string;
  readonly state: RecoveryState;
  readonly by: string;
  readonly note: string;
  readonly proof?: string | null;
  /** Plain JSON. */
  readonly data?: unknown;
}

export interface RecoveryBoards {
  board(known: KnownInput): Promise<RecoveryBoard & { readonly signed: string }>;
  /** What was said of items, the newest of each. */
  marks(incident: string): Promise<ReadonlyMap<string, Mark>>;
  /** Writes down what became of an item. Whether that may be said is for whoever knows the section to decide. */
  mark(request: MarkRequest): Promise<Mark>;
  /**
   * What a person says of an item of the board.
   *
   * @throws FirebreakError FB-NOT-FOUND, FB-RECOVERY-STATE for `done` of what follows from facts or probes
   */
  say(known: KnownInput, request: Omit<MarkRequest, 'proof' | 'data'>): Promise<void>;
  /** @throws FirebreakError FB-RECOVERY-SIGN-OFF */
  sign(
    known: KnownInput,
    request: { readonly as: RecoveryRole; readonly by: string; readonly role: Role },
  ): Promise<SignOffRow>;
  keepAttestation(row: Omit<AttestationRow, 'at' | 'entry'>): Promise<AttestationRow>;
  attestation(incident: string): Promise<AttestationRow | null>;
}

export interface BoardParts<Tx> {
  readonly store: RecoveryStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
  readonly policy: SignOffPolicy;
  readonly followUps: (incident: string) => Promise<readonly FollowUp[]>;
}

export function createBoards<Tx>({ store, ledger, clock, policy, followUps }: BoardParts<Tx>): RecoveryBoards {
  const marksOf = async (incident: string) => new Map((await store.marks(incident)).map((mark) => [mark.item, mark]));
  const made = async (known: KnownInput): Promise<GeneratedBoard> =>
    generateBoard({ ...known, marks: await marksOf(known.incident.id) });

  /** One entry and one row. */
  async function record(
    incident: string,
    entry: { readonly kind: string; readonly by: string; readonly body: Readonly<Record<string, unknown>> },
    write: (tx: Tx, index: number) => Promise<void>,
    blob?: { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array },
  ): Promise<number> {
    return store.transaction(async (tx) => {
      await store.lock(tx, incident);
      const blobs = blob === undefined ? [] : [await ledger.putBlob(blob.name, blob.mediaType, blob.bytes, tx)];
      const { indexes } = await ledger.append(
        [{ incident, kind: entry.kind, actor: entry.by, body: entry.body, blobs }],
        tx,
      );
      const [index = -1] = indexes;
      await write(tx, index);
      return index;
    });
  }

  async function mark({
    incident,
    item,
    state,
    by,
    note: given,
    proof = null,
    data = null,
  }: MarkRequest): Promise<Mark> {
    const at = clock.now().toISOString();
    const note = storable(given);
    const row = { incident, item, state, by, at, note, proof: proof === null ? null : storable(proof), data };
    const body = {
      item,
      state,
      note,
      ...(proof === null ? {} : { proof: row.proof }),
      ...(data === null ? {} : { data }),
    };
    const entry = await record(incident, { kind: 'recovery.item', by, body }, (tx, index) =>
      store.mark(tx, { ...row, entry: index }),
    );
    return { ...row, entry };
  }

  return {
    marks: marksOf,
    mark,

    async board(known) {
      const board = await made(known);
      const { id, title } = known.incident;
      const [signed, attested, open] = await Promise.all([store.signOffs(id), store.attestation(id), followUps(id)]);
      const signOffs = signed
        .map(({ incident: _, ...row }) => ({ ...row, stands: row.board === board.digest }))
        .sort((a, b) => recoveryRoles.indexOf(a.role) - recoveryRoles.indexOf(b.role));
      return {
        incident: id,
        title,
        at: clock.now().toISOString(),
        digest: board.digest,
        signed: board.signed,
        items: [...board.items],
        next: board.next,
        open: board.open,
        signOffs,
        missing: recoveryRoles.filter((role) => !signOffs.some((each) => each.role === role && each.stands)),
        attestation:
          attested === null
            ? null
            : {
                at: attested.at,
                by: attested.by,
                sha256: attested.sha256,
                entry: attested.entry,
                stands: attested.board === board.digest,
              },
        access: known.access,
        followUps: {
          open: open.filter(({ state }) => state === 'open').length,
          overdue: open.filter(({ overdue }) => overdue).length,
        },
        completeness: known.completeness,
      };
    },

    async say(known, { state, ...request }) {
      const board = await made(known);
      const item = board.items.find(({ id }) => id === request.item);
      if (item === undefined) throw new FirebreakError('FB-NOT-FOUND', `The board has no item ${request.item}.`);
      mayBeSaid(item, state);
      if (state === 'not-applicable' && board.unwaivable.has(item.id))
        throw new FirebreakError(
          'FB-RECOVERY-STATE',
          `“${item.title}” is ${item.state}. ${item.proof?.what ?? ''} ${item.next}`,
        );
      await mark({ ...request, state });
    },

    async sign(known, { as, by, role }) {
      const { id } = known.incident;
      const board = await made(known);
      const standing = (await store.signOffs(id)).filter((row) => row.board === board.digest);
      const theirs = standing.filter((row) => sameName(row.by, by) && row.role !== as).map((row) => row.role);
      const did = board.items.filter((item) => item.by !== null && sameName(item.by, by)).length;
      const question = { by: { name: by, role }, incident: id, signsAs: as, signedAs: theirs, open: board.open, did };
      const { allowed, why, policies } = policy.decide(question);
      const [other] = theirs;
      if (other !== undefined) throw refused(`${by} has signed as ${other} already; another person signs as ${as}.`);
      if (!allowed) throw refused(why);
      if (board.open > 0) throw refused(`${board.open} items of the board are open.`);
      const at = clock.now().toISOString();
      const row = { incident: id, role: as, by, at, board: board.digest };
      const body = { role: as, board: board.digest, policies, policyDigest: policy.digest };
      const entry = await record(
        id,
        { kind: 'recovery.signed-off', by, body },
        (tx, index) => store.sign(tx, { ...row, entry: index }),
        { name: 'recovery-board.json', mediaType: 'application/json', bytes: Buffer.from(board.signed) },
      );
      return { ...row, entry };
    },

    async keepAttestation(row) {
      const at = clock.now().toISOString();
      const { incident, by, board, sha256, envelope } = row;
      const entry = await record(
        incident,
        { kind: 'recovery.attested', by, body: { board, statement: sha256 } },
        (tx, index) => store.attest(tx, { ...row, at, entry: index }),
        {
          name: 'recovery-attestation.dsse.json',
          mediaType: 'application/vnd.dsse+json',
          bytes: Buffer.from(envelope),
        },
      );
      return { ...row, at, entry };
    },
    attestation: (incident) => store.attestation(incident),
  };
}

/** @throws FirebreakError FB-RECOVERY-STATE */
function mayBeSaid({ how, title, state: now, next, after }: RecoveryItem, state: RecoveryState): void {
  if (state === 'failed')
    throw new FirebreakError('FB-RECOVERY-STATE', 'That something failed is for its probe to say.');
  if (state !== 'done') return;
  if (how !== 'person')
    throw new FirebreakError(
      'FB-RECOVERY-STATE',
      `“${title}” is ${now} and ${how === 'probe' ? 'a probe' : 'what is known'} decides it, nobody's word. ${next}`,
    );
  const [first] = after;
  if (first !== undefined) throw new FirebreakError('FB-RECOVERY-STATE', `${first} comes first.`);
}

const refused = (why: string) => new FirebreakError('FB-RECOVERY-SIGN-OFF', why);

/** Names are as people gave them. */
function sameName(a: string, b: string): boolean {
  return a.normalize('NFKC').toLowerCase() === b.normalize('NFKC').toLowerCase();
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
