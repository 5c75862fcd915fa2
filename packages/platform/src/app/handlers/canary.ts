import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';

/** Restored versions that take traffic step by step. */
export function canaryHandlers({
  canaries,
  incidents,
}: Station): Pick<Handlers, 'canaries' | 'startCanary' | 'canary' | 'stopCanary' | 'sendCanarySamples'> {
  return {
    canaries: async ({ query }) => ({ canaries: [...(await canaries.list(query.incident))] }),
    startCanary: async ({ body, caller }) => {
      if (body.incident !== null) await incidents.get(body.incident);
      return canaries.start({ config: body, by: caller.name });
    },
    canary: ({ params }) => canaries.get(params.id),
    stopCanary: ({ params, body, caller }) => canaries.stop({ id: params.id, by: caller.name, why: body.why }),
    sendCanarySamples: ({ params, body }) => canaries.send(params.id, body),
  };
}
