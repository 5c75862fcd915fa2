/**
 * What feature flags let happen, as their own metadata say. What must stay true: a flag shuts something only when it answers its safe
 * variant to everybody; a rule that may answer another variant to some leaves it open, and so does a flag that is disabled, since
 * programs then do what they were written to do.
 */
import { type Estate, type Fact, type FactId, type Lever, lever, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';

type FlagFact = Fact<'flagd.flag'>;

/** Flags by the nodes that they gate. */
const gatesOf: (estate: Estate) => ReadonlyMap<NodeId, readonly FlagFact[]> = perEstate((estate) => {
  const gates = new Map<NodeId, FlagFact[]>();
  for (const flag of estate.all('flagd.flag')) for (const node of new Set(flag.data.gates)) append(gates, node, flag);
  return gates;
});

const isShut = ({ data }: FlagFact) =>
  data.state === 'ENABLED' && data.targeting === false && data.safe !== undefined && data.variant === data.safe;

/** Whether one of these nodes is kept by a flag from doing what it does. */
export function isGated(estate: Estate, ...nodes: readonly NodeId[]): boolean {
  return nodes.some((node) => (gatesOf(estate).get(node) ?? []).some(isShut));
}

/** The flags that gate one of these nodes, as facts that a step stands on. */
export function gateFacts(estate: Estate, ...nodes: readonly NodeId[]): readonly FactId[] {
  return nodes.flatMap((node) => (gatesOf(estate).get(node) ?? []).map(({ id }) => id));
}

/** Turns a flag of one of these nodes to its safe variant. */
export function shut(estate: Estate, ...nodes: readonly NodeId[]): readonly Lever[] {
  const flags = new Set(nodes.flatMap((node) => gatesOf(estate).get(node) ?? []));
  return [...flags].flatMap(({ data }) => {
    const { home, file, key: flag, safe: variant, variants } = data;
    if (file === undefined || variant === undefined || !variants.includes(variant)) return [];
    return [lever('flagd.set-variant', { home, file, flag, variant })];
  });
}
