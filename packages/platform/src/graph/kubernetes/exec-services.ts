/**
 * Services that run code for whoever reaches their port, by design: known by the port together with what the image or the
 * port is called.
 */
import type { Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { endpointsOf } from './endpoints.ts';
import type { Port } from './network.ts';
import type { ContainerView, PodView } from './pods.ts';

export interface ExecTarget {
  readonly pod: PodView;
  readonly container: ContainerView;
  readonly port: Port;
  readonly service: string;
  /** How likely it takes a caller's code without a credential. */
  readonly odds: number;
}

interface Signature {
  readonly service: string;
  readonly ports: readonly number[];
  /** In lower case, part of the image or of the port's name. */
  readonly words: readonly string[];
  readonly odds: number;
}

const signatures: readonly Signature[] = [
  { service: 'Ray dashboard', ports: [8265], words: ['ray', 'dashboard'], odds: 0.9 },
  { service: 'Ray client', ports: [10001], words: ['ray', 'client'], odds: 0.9 },
  { service: 'Jupyter', ports: [8888], words: ['jupyter', 'notebook'], odds: 0.5 },
  { service: 'Docker', ports: [2375], words: ['docker', 'dind'], odds: 0.9 },
];

/** One entry per container, at its first such port. */
export const execTargets: (estate: Estate) => readonly ExecTarget[] = perEstate((estate) => {
  const targets = new Map<string, ExecTarget>();
  for (const { targets: answering } of endpointsOf(estate)) {
    for (const { pod, container, port } of answering) {
      const text = `${container.spec.image ?? ''} ${port.name ?? ''}`.toLowerCase();
      const signature = signatures.find(
        ({ ports, words }) => ports.includes(port.number) && words.some((word) => text.includes(word)),
      );
      const key = `${container.id} ${port.number}`;
      if (signature === undefined || targets.has(key)) continue;
      targets.set(key, { pod, container, port, service: signature.service, odds: signature.odds });
    }
  }
  return [...targets.values()];
});
