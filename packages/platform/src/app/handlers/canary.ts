import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';

/** Restored versions that take traffic step by step. */
export function canaryHandlers({
  canaries,
  incidents,
}: Station): Pick<
  Handlers,
  'canaries' | 'startCanary' | 'canary' | 'approveCanary' | 'stopCanary' | 'sendCanarySamples'
> {
  return {
    canaries: async ({ query }) => ({ canaries: [...(await canaries.list(query.incident))] }),
    startCanary: async ({ body, caller }) => {
      if (body.incident !== null) await incidents.get(body.incident);
      return canaries.start({ config: body, by: caller.name, role: caller.role });
    },
    canary: ({ params }) => canaries.get(params.id),
    approveCanary: ({ params, body, caller }) =>
      canaries.approve({ id: params.id, digest: body.digest, by: caller.name, role: caller.role }),
    stopCanary: ({ params, body, caller }) => canaries.stop({ id: params.id, by: caller.name, why: body.why }),
    sendCanarySamples: ({ params, body }) => canaries.send(params.id, body),
  };
}
