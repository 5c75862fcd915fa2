import type { LedgerEntry } from '@firebreak/contract';
import type { ExportRequest } from '../../cli/world.ts';
import type { Handlers } from '../../http/handlers.ts';
import { verifyEvidence } from '../../ledger/evidence-verify.ts';
import { exportIncidentFile } from '../incident-file.ts';
import { removeParty, secondParties } from '../second-parties.ts';
import type { Station } from '../station.ts';

/** The evidence log of an incident, its export and its verification. */
export function evidenceHandlers(
  station: Station,
): Pick<Handlers, 'ledger' | 'exportEvidence' | 'verifyEvidence' | 'secondParties' | 'removeSecondParty'> {
  const { ledger, incidents } = station;
  return {
    ledger: async ({ params }) => {
      await incidents.get(params.id);
      const entries: (LedgerEntry & { index: number })[] = [];
      for await (const { index, entry } of ledger.entries(params.id)) entries.push({ ...entry, index });
      return { entries, checkpoint: await ledger.checkpoint(), verifierKey: ledger.verifierKey };
    },

    secondParties: () => secondParties(station),

    removeSecondParty: async ({ body: { party, reason }, caller }) => {
      await removeParty(station, party, { actor: caller.name, reason });
      return secondParties(station);
    },

    exportEvidence: async ({ params, query, caller, signal }) => {
      await incidents.get(params.id);
      const { since = [], reason } = query;
      return leavingFile(station, { incident: params.id, by: caller.name, reason, since }, signal);
    },

    verifyEvidence: async ({ params, caller, signal }) => {
      await incidents.get(params.id);
      const file = exportIncidentFile(station, { incident: params.id, actor: caller.name }, signal);
      return verifyEvidence(file, { verifierKey: ledger.verifierKey });
    },
  };
}

const unsaid = 'No reason was given.';

/** The incident file on its way out. @throws FirebreakError FB-NOT-FOUND at its first byte */
export function leavingFile(
  station: Station,
  { incident, by, since, reason = unsaid }: ExportRequest,
  signal: AbortSignal,
): { readonly name: string; readonly chunks: AsyncIterable<Uint8Array> } {
  const name = `firebreak-${incident}.tar`;
  const bytes = exportIncidentFile(station, { incident, actor: by, since }, signal);
  return { name, chunks: station.vault.leaving({ incident, name, by, reason }, bytes) };
}
