/**
 * Who runs a thing decides what can be done to it (A8). A table: on what is hosted so, these stages make no sense, for this
 * reason, and that can be done instead. What no line names is allowed. Nodes say how they are hosted by `about.hosting` and
 * `about.vendor`, from catalogues and tags; where nobody says, the thing is ours.
 */
import type { GraphNode, Stage } from '@firebreak/contract';

type Hosting = 'saas' | 'cloud' | 'hybrid' | 'on-prem' | 'edge' | 'vendor-managed';

export interface HostingLimit {
  readonly hosting: Hosting;
  readonly stages: readonly Stage[];
  readonly why: string;
  readonly instead: string;
}

const around =
  'Take away the permissions around it, the data that is fed into it and the integrations that it has with ours.';

export const hostingLimits: readonly HostingLimit[] = [
  {
    hosting: 'saas',
    stages: ['eviction', 'placement', 'network'],
    why: 'The vendor runs it as a service: there is no host, workload or network of ours to act on.',
    instead: around,
  },
  {
    hosting: 'vendor-managed',
    stages: ['eviction', 'placement', 'network'],
    why: 'Somebody else runs it for us: its hosts, workloads and networks are theirs.',
    instead: around,
  },
  {
    hosting: 'cloud',
    stages: ['placement'],
    why: 'The provider places it: there is no host of ours to fence.',
    instead: 'Stop the service itself or cut its network and permissions.',
  },
  {
    hosting: 'edge',
    stages: ['placement', 'eviction'],
    why: 'It stands in the field: what it runs cannot be taken down reliably from here, and may not come back.',
    instead: 'Take away its credentials and what it may reach, and stop what is delivered to it.',
  },
];

/** Why a step of this stage makes no sense on the node, or undefined when it does. */
export function hostingLimit(node: Pick<GraphNode, 'about'> | undefined, stage: Stage): HostingLimit | undefined {
  const { hosting, vendor } = node?.about ?? {};
  const kind = hosting ?? (vendor === undefined || vendor === '' ? undefined : 'vendor-managed');
  return hostingLimits.find((limit) => limit.hosting === kind && limit.stages.includes(stage));
}
