import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { volumeInConvention } from '../../kubernetes/kubehound.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

export default {
  label: 'VOLUME_DISCOVER',
  from: ['Container'],
  to: ['Volume'],
  needs: podNeeds,
  techniques: ['T1613'],
  traverse: 'instant',
  explain: {
    what: 'Finds the volumes that are mounted into the container.',
    why: 'The container mounts them: host directories, tokens, secrets, claimed storage.',
    cut: 'Stop the workload.',
  },
  aka: { kubehound: 'VOLUME_DISCOVER' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    for (const volume of pod.volumes) {
      if (options.convention === 'kubehound' && !volumeInConvention(estate, pod, volume)) continue;
      const holders = new Map(volume.mounts.map((mount) => [mount.container.id, mount]));
      for (const [from, mount] of holders) yield { from, to: volume.id, facts: pod.facts, note: mount.at };
    }
  }
}
