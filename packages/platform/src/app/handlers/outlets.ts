/** What leaves for other systems: by itself through outlets, and as a file when asked for. */
import type { Handlers } from '../../http/handlers.ts';
import { exportLines } from '../playbook-station.ts';
import type { Station } from '../station.ts';

export function outletHandlers(station: Station): Pick<Handlers, 'outlets' | 'exportIncident'> {
  return {
    outlets: async () => ({ outlets: [...((await station.outlets?.states()) ?? [])] }),
    exportIncident: async ({ params, query }) => {
      await station.incidents.get(params.id);
      const name = query.as === 'stix' ? `firebreak-${params.id}.stix.json` : `firebreak-${params.id}.ocsf.jsonl`;
      return { name, chunks: exportLines(station, params.id, query.as) };
    },
  };
}
