/**
 * From what is known and what people said to the board. Pure: the same in, the same out, so that a board can be made again from the
 * ledger and compared with what was signed.
 *
 * What must stay true: an item that follows from what is known cannot be talked into `done`; a person may only say, with a reason, that
 * it does not apply. And nothing leaves the board because somebody dealt with it.
 */
import { type RecoveryItem, recoverySections } from '@firebreak/contract';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { Mark } from '../store.ts';
import type { BoardInput, DraftItem } from './draft.ts';
import { sections } from './sections/index.ts';

export interface GeneratedBoard {
  readonly items: readonly RecoveryItem[];
  /** Ids of items of which nobody may say that they do not apply. */
  readonly unwaivable: ReadonlySet<string>;
  /** The item to do next: the first that nothing stands before. */
  readonly next: string | null;
  readonly open: number;
  /** Canonical JSON of what people sign. */
  readonly signed: string;
  readonly digest: string;
}

export function generateBoard(input: BoardInput): GeneratedBoard {
  const drafts = sections.flatMap((section) => section(input));
  const states = new Map(drafts.map((draft) => [draft.id, itemOf(draft, input.marks.get(draft.id)).state]));
  const isOver = (id: string) =>
    states.get(id) === undefined || states.get(id) === 'done' || states.get(id) === 'not-applicable';
  const items = drafts
    .map(
      (draft): RecoveryItem => ({
        ...itemOf(draft, input.marks.get(draft.id)),
        after: (draft.needs ?? []).filter((id) => !isOver(id)),
      }),
    )
    .sort((a, b) => recoverySections.indexOf(a.section) - recoverySections.indexOf(b.section));
  const left = items.filter(({ id }) => !isOver(id));
  const signed = canonicalJson({
    incident: input.incident.id,
    items: items.map(({ id, title, state, by, at, note, proof }) => ({ id, title, state, by, at, note, proof })),
  });
  return {
    items,
    unwaivable: new Set(drafts.flatMap(({ id, waivable }) => (waivable ? [] : [id]))),
    next: (left.find(({ after }) => after.length === 0) ?? left[0])?.id ?? null,
    open: left.length,
    signed,
    digest: sha256Hex(signed),
  };
}

function itemOf(draft: DraftItem, mark: Mark | undefined): RecoveryItem {
  const { id, section, title, why, next, how, known } = draft;
  const isWaived = mark?.state === 'not-applicable' && draft.waivable && known?.state !== 'done';
  const said = known === undefined || isWaived ? mark : undefined;
  const state = said?.state ?? known?.state ?? 'open';
  return {
    id,
    section,
    title,
    why,
    state,
    how,
    after: [],
    next: state === 'done' || state === 'not-applicable' ? '' : next,
    by: said?.by ?? (known === undefined ? null : 'firebreak'),
    at: said?.at ?? known?.at ?? null,
    note: said?.note ?? null,
    proof: proofOf(said, known),
  };
}

function proofOf(said: Mark | undefined, known: DraftItem['known']): RecoveryItem['proof'] {
  if (said !== undefined) return { what: said.proof ?? said.note, entry: said.entry };
  return known === undefined ? null : { what: known.what, entry: known.entry };
}
