import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';

/** Secrets that stood in texts, and what became of them. */
export function rotationHandlers({ rotation }: Station): Pick<Handlers, 'rotation' | 'decideRotation'> {
  return {
    rotation: async ({ query }) => ({ items: [...(await rotation.list(query.state))] }),
    decideRotation: ({ params, body, caller }) =>
      rotation.decide({ id: params.id, state: body.state, reason: body.reason, by: caller.name }),
  };
}
