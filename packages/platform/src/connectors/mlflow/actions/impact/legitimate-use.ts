/**
 * What a step costs, in points of the scale that all levers share: a person's permission (3) stops one of them, an alias that gives another
 * version (4) changes what is served, a version that is archived (3) stops whoever loads by stage. Whoever loads a model is noticed.
 */
import { type Estate, type Impact, mlflowId } from '@firebreak/contract';

export const fixedCost = { 'deny-model': 3, 'move-alias': 4, 'archive-version': 3 } as const;

/** A model that has aliases is one that somebody loads by them. */
export const weights = { loaded: 3, other: 1 } as const;

export function impactOf(
  lever: keyof typeof fixedCost,
  estate: Estate,
  { server, name }: { readonly server: string; readonly name: string },
  what: string,
): Impact {
  const id = mlflowId('RegisteredModel', server, name);
  const aliases = estate.get('mlflow.registered-model', id)?.data.aliases.length ?? 0;
  const weight = aliases > 0 ? weights.loaded : weights.other;
  return {
    cost: fixedCost[lever] + weight,
    interrupts: [{ who: { kind: 'RegisteredModel', id, name }, what, weight }],
  };
}
