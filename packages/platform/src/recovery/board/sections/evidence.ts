import type { BoardInput, DraftItem } from '../draft.ts';

/** Evidence before anything is rolled back: afterwards the poisoned thing may be gone. */
export default ({ evidence }: BoardInput): readonly DraftItem[] => {
  const [first] = evidence;
  return [
    {
      id: 'evidence/taken',
      section: 'evidence',
      title: 'Evidence was taken',
      why: 'A rollback replaces what the attacker left; what is not kept by then cannot be looked at again.',
      next: 'Take a snapshot: `firebreak evidence take`.',
      how: 'automatic',
      waivable: true,
      known: {
        state: first === undefined ? 'open' : 'done',
        what:
          first === undefined
            ? 'None is in the ledger.'
            : `${first.what}${evidence.length > 1 ? `, and ${evidence.length - 1} more.` : ''}`,
        entry: first?.entry ?? null,
        at: first?.at ?? null,
      },
    },
  ];
};
