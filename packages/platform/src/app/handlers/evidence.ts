import type { LedgerEntry } from '@firebreak/contract';
import type { Handlers } from '../../http/handlers.ts';
import { exportEvidence } from '../../ledger/evidence-export.ts';
import { verifyEvidence } from '../../ledger/evidence-verify.ts';
import type { Station } from '../station.ts';

/** The evidence log of an incident, its export and its verification. */
export function evidenceHandlers(station: Station): Pick<Handlers, 'ledger' | 'exportEvidence' | 'verifyEvidence'> {
  const { ledger, incidents } = station;
  return {
    ledger: async ({ params }) => {
      await incidents.get(params.id);
      const entries: (LedgerEntry & { index: number })[] = [];
      for await (const { index, entry } of ledger.entries(params.id)) entries.push({ ...entry, index });
      return { entries, checkpoint: await ledger.checkpoint(), verifierKey: ledger.verifierKey };
    },

    exportEvidence: async ({ params, caller }) => {
      await incidents.get(params.id);
      return {
        name: `firebreak-${params.id}.tar`,
        chunks: exportEvidence({ ledger, incident: params.id, actor: caller.name }),
      };
    },

    verifyEvidence: async ({ params, caller }) => {
      await incidents.get(params.id);
      return verifyEvidence(exportEvidence({ ledger, incident: params.id, actor: caller.name }), {
        verifierKey: ledger.verifierKey,
      });
    },
  };
}
