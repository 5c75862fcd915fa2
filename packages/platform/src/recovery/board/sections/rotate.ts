import type { BoardInput, DraftItem } from '../draft.ts';

/** Every secret and key that the attacker could have, each until the old one is seen to be dead. */
export default ({ credentials }: BoardInput): readonly DraftItem[] =>
  credentials.map(({ item, title, why }) => ({
    id: item,
    section: 'rotate',
    title: `${title} is rotated, and the old one is dead`,
    why,
    next: 'Rotate it where it is issued, then have the old one tried (`firebreak recovery rotate probe`).',
    how: 'probe',
    waivable: true,
  }));
