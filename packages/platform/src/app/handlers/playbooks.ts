import type { Handlers } from '../../http/handlers.ts';
import { exportPlaybook } from '../../playbooks/export-playbook.ts';
import { notePlaybook } from '../../playbooks/note-playbook.ts';
import { reportOn } from '../../playbooks/report.ts';
import { layOverEstate, playbookSource, responseEventLines } from '../playbook-station.ts';
import type { Station } from '../station.ts';

/** Playbooks in and out, and the response as events. */
export function playbookHandlers(
  station: Station,
): Pick<Handlers, 'checkPlaybook' | 'exportPlaybook' | 'layOverPlaybook' | 'notePlaybook' | 'responseEvents'> {
  const { incidents, ledger, clock } = station;
  return {
    checkPlaybook: async ({ body }) => reportOn(body.document, clock.now()),
    layOverPlaybook: ({ body, signal }) => layOverEstate(station, body, signal),
    notePlaybook: async ({ params, body, caller }) => {
      const incident = await incidents.get(params.id);
      await notePlaybook(ledger, { incident: incident.id, ...body, by: caller.name });
      return incident;
    },
    exportPlaybook: async ({ params }) => exportPlaybook(await playbookSource(station, params.id)),
    responseEvents: async ({ params }) => {
      await incidents.get(params.id);
      return { name: `firebreak-${params.id}.ocsf.jsonl`, chunks: responseEventLines(station, params.id) };
    },
  };
}
