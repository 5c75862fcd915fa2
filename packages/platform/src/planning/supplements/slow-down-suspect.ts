/**
 * Clients that query a model as for extraction are slowed down as far as their evidence goes, where a gateway has a key of theirs. It
 * severs no step: a copied model is not brought back by cutting paths, and what is not asked any more is not copied. A score is a
 * statistic and no certainty, so a trickle is left: it costs a customer least if it was one, and goes on to show what an attacker wants.
 */
import { type Lever, lever, type NodeId } from '@firebreak/contract';
import type { Supplement, Suspect } from './supplement.ts';

/** At this score a hundredth of a limit is left. */
const mostCertain = 0.9;

export const slowDownSuspect: Supplement = {
  reason: 'slow-down',
  propose: ({ graph, suspects = [], has }) =>
    suspects.flatMap((suspect) => {
      const slows = has('litellm.throttle-key') ? throttle(graph.estate.get('litellm.key', suspect.node), suspect) : [];
      return slows.map((each) => ({ lever: each, why: suspect.why }));
    }),
};

function throttle(
  key:
    | {
        readonly id: NodeId;
        readonly data: { readonly server: string; readonly token: string; readonly blocked: boolean };
      }
    | undefined,
  { score }: Suspect,
): readonly Lever[] {
  if (key === undefined || key.data.blocked) return [];
  const { server, token } = key.data;
  const rounded = Math.round(Math.min(mostCertain, score) * 100) / 100;
  return rounded > 0 ? [lever('litellm.throttle-key', { server, token, score: rounded })] : [];
}
