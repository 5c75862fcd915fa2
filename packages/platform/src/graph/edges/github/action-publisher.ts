import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { actionUses } from '../../github/action-uses.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';

export default {
  label: 'ACTION_PUBLISHER',
  from: ['Repository'],
  to: ['Job'],
  needs: ['github.workflow', 'github.action', 'github.actions-settings'],
  techniques: ['T1195.001', 'T1199', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Has the job run another version of the action or workflow that it uses.',
    why: 'It is named by a tag or branch, which whoever may write to its repository can move.',
    cut: 'Name it by the full id of a commit.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { publisher, job, uses, line, facts } of actionUses(estate))
    if (uses.refKind !== 'sha') yield { from: publisher, to: job.id, facts, note: `line ${line}: ${uses.text.value}` };
}
