import type { LedgerEntry } from '@firebreak/contract';
import type { Handlers } from '../../http/handlers.ts';
import { verifyEvidence } from '../../ledger/evidence-verify.ts';
import { exportIncidentFile } from '../incident-file.ts';
import { secondParties } from '../second-parties.ts';
import type { Station } from '../station.ts';

/** The evidence log of an incident, its export and its verification. */
export function evidenceHandlers(
  station: Station,
): Pick<Handlers, 'ledger' | 'exportEvidence' | 'verifyEvidence' | 'secondParties'> {
  const { ledger, incidents } = station;
  return {
    ledger: async ({ params }) => {
      await incidents.get(params.id);
      const entries: (LedgerEntry & { index: number })[] = [];
      for await (const { index, entry } of ledger.entries(params.id)) entries.push({ ...entry, index });
      return { entries, checkpoint: await ledger.checkpoint(), verifierKey: ledger.verifierKey };
    },

    secondParties: () => secondParties(station),

    exportEvidence: async ({ params, query, caller, signal }) => {
      await incidents.get(params.id);
      const request = { incident: params.id, actor: caller.name, since: query.since ?? [] };
      return { name: `firebreak-${params.id}.tar`, chunks: exportIncidentFile(station, request, signal) };
    },

    verifyEvidence: async ({ params, caller, signal }) => {
      await incidents.get(params.id);
      const file = exportIncidentFile(station, { incident: params.id, actor: caller.name }, signal);
      return verifyEvidence(file, { verifierKey: ledger.verifierKey });
    },
  };
}
