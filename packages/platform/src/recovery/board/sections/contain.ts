import type { BoardInput, DraftItem } from '../draft.ts';

/** It is contained, and what contained it can be taken back. */
export default ({ executions, recoveryPlans, contained }: BoardInput): readonly DraftItem[] => {
  const all = executions.filter(
    ({ direction, planDigest }) => direction === 'contain' && !recoveryPlans.has(planDigest),
  );
  const last = all.at(-1);
  const done = last?.steps.filter(({ state }) => state === 'done') ?? [];
  const lasting = done.filter(({ undo }) => undo === '');
  return [
    {
      id: 'contain/proof',
      section: 'contain',
      title: 'The incident is contained, and that is proven',
      why: 'Whatever comes back into a system that the attacker still reaches is theirs again.',
      next: 'Approve the plan and let it be carried out; the last step proves it.',
      how: 'automatic',
      waivable: true,
      known: {
        state:
          last?.state === 'contained'
            ? 'done'
            : last === undefined
              ? 'open'
              : last.state === 'stopped'
                ? 'failed'
                : 'open',
        what:
          last?.proof?.detail ?? (last === undefined ? 'Nothing was contained.' : `The containment is ${last.state}.`),
        entry: contained,
        at: last?.proof?.at ?? null,
      },
    },
    {
      id: 'contain/undo',
      section: 'contain',
      title: 'Quarantine can be taken back, and shutdown was seen to hold',
      why: 'Access returns by undoing the containment: each of its steps must have been probed and have a way back.',
      next: 'Look at the steps whose probe did not hold, or that cannot be undone, and say how they end.',
      how: 'automatic',
      needs: ['contain/proof'],
      waivable: true,
      known: undoKnown(last?.state === 'contained', done, lasting.length),
    },
  ];
};

function undoKnown(
  contained: boolean,
  done: BoardInput['executions'][number]['steps'],
  lasting: number,
): NonNullable<DraftItem['known']> {
  const unsure = done.filter(({ probes }) => probes.some(({ result }) => result !== 'holds'));
  const ok = contained && unsure.length === 0 && lasting === 0;
  const what = `${done.length} steps are in effect; ${done.length - unsure.length} were probed and hold, ${done.length - lasting} can be taken back.`;
  return { state: ok ? 'done' : 'open', what, entry: null, at: null };
}
