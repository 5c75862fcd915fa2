import type { VaultDesk } from '../cli/vault-desk.ts';
import type { Station } from './station.ts';

/** The vault of a station, for one command. */
export function vaultDesk({ vault, incidents }: Station, signal: AbortSignal): VaultDesk {
  return {
    overview: (incident) => vault.overview(incident),
    show: (id) => vault.show(id),
    take: async (request) => {
      if (request.incident !== null) await incidents.get(request.incident);
      return (await vault.begin(request, signal)).ended;
    },
    resume: (id) => vault.resume(id, signal),
    read: async function* (request) {
      yield* (await vault.read(request, signal)).bytes;
    },
    hold: (request) => vault.hold(request, signal),
    release: (request) => vault.release(request, signal),
    retain: (request) => vault.retain(request, signal),
    audit: (request) => vault.audit(request, signal),
    move: (request) => vault.move(request, signal),
    redact: (request) => vault.redact(request, signal),
    destroy: (request) => vault.destroy(request, signal),
  };
}
