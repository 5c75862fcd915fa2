import type { NodeRef } from '@firebreak/contract';
import type { BoardInput, DraftItem } from '../draft.ts';

export const chooseItem = (subject: string) => `choose/${subject}`;
export const rollbackItem = (subject: string) => `rollback/${subject}`;

/** For each thing whose versions are in question: which one comes back, and that servers serve it. */
export default ({ subjects }: BoardInput): readonly DraftItem[] => subjects.flatMap(itemsOf);

function itemsOf({ id, name }: NodeRef): readonly DraftItem[] {
  return [
    {
      id: chooseItem(id),
      section: 'choose',
      title: `A verified version of ${name} is chosen`,
      why: 'What was served while the attacker was there cannot be trusted because it was served.',
      next: 'Look at the candidates (`firebreak recovery choose`) and take one that is fit, or train again.',
      how: 'person',
      waivable: true,
    },
    {
      id: rollbackItem(id),
      section: 'rollback',
      title: `Servers serve the chosen version of ${name}`,
      why: 'Servers cache: a registry that points elsewhere has not changed what is answered.',
      next: 'Roll back (`firebreak recovery rollback`), then ask the servers (`firebreak recovery verify`).',
      how: 'probe',
      needs: ['evidence/taken', chooseItem(id)],
      waivable: true,
    },
  ];
}
