import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writersOf } from '../../github/followed-revision.ts';
import { channelInputs } from '../../kubernetes/channel-sources.ts';
import { suspendDelivery } from '../../kubernetes/levers.ts';

/** Whether the channel then delivers by itself is said by DELIVERS; here one only gets one's content into it. */
export default {
  label: 'REPOSITORY_DELIVERS',
  from: ['Repository', 'Branch', 'Push'],
  to: ['Application.argoproj.io', 'ApplicationSet.argoproj.io', 'GitRepository.source.toolkit.fluxcd.io'],
  needs: ['kubernetes.delivery-channel', 'github.repository', 'github.branch', 'git.checkout'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Pushes to the branch that is followed and so chooses what the channel delivers.',
    why: 'Argo CD or Flux takes its manifests from this repository, by a name that moves.',
    cut: 'Suspend the delivery, or take away the right to push.',
  },
  severedBy: ['kubernetes.suspend-delivery'],
  derive,
  levers: (edge, estate) => suspendDelivery(estate, edge.to),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('kubernetes.delivery-channel')) {
    if (fact.data.suspended) continue;
    for (const { from: repository, system, note, revision } of channelInputs(estate, fact)) {
      if (system !== 'git') continue;
      const { from, facts, likelihood, because } = writersOf(estate, repository, revision);
      const words = [note, because ?? ''].filter((part) => part !== '').join('; ');
      yield { from, to: fact.id, facts: [fact.id, ...facts], likelihood, ...(words === '' ? {} : { note: words }) };
    }
  }
}
