import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';

type VaultRoute =
  | 'evidenceVault'
  | 'takeEvidence'
  | 'snapshot'
  | 'resumeEvidence'
  | 'readEvidence'
  | 'retainEvidence'
  | 'moveEvidence'
  | 'redactEvidence'
  | 'destroyEvidence'
  | 'holdEvidence'
  | 'releaseEvidence'
  | 'auditEvidence';

/** What was taken as evidence: taking, keeping and giving it out. */
export function evidenceVaultHandlers({ vault, incidents }: Station): Pick<Handlers, VaultRoute> {
  // What is begun goes on when whoever asked goes away; it ends with the process, and is then taken up again.
  const goesOn = new AbortController().signal;
  return {
    evidenceVault: ({ query }) => vault.overview(query.incident),
    takeEvidence: async ({ body, caller }) => {
      const { subject, incident, reason, store, retainUntil } = body;
      if (incident !== null) await incidents.get(incident);
      const until = retainUntil === undefined ? undefined : new Date(retainUntil);
      const begun = await vault.begin(
        { subject, incident, reason, store, by: caller.name, retainUntil: until },
        goesOn,
      );
      return begun.snapshot;
    },
    snapshot: ({ params }) => vault.show(params.id),
    resumeEvidence: ({ params }) => vault.resume(params.id, goesOn),
    readEvidence: async ({ params, body, caller, signal }) => {
      const { piece, reason, asStored } = body;
      const { bytes } = await vault.read({ snapshot: params.id, piece, reason, asStored, by: caller.name }, signal);
      return { name: piece.split('/').at(-1) ?? piece, chunks: bytes };
    },
    retainEvidence: ({ params, body, caller, signal }) =>
      vault.retain({ snapshot: params.id, until: new Date(body.until), reason: body.reason, by: caller.name }, signal),
    moveEvidence: ({ params, body, caller }) => vault.move({ snapshot: params.id, ...body, by: caller.name }, goesOn),
    redactEvidence: ({ params, body, caller, signal }) =>
      vault.redact({ snapshot: params.id, ...body, by: caller.name }, signal),
    destroyEvidence: ({ params, body, caller }) =>
      vault.destroy({ snapshot: params.id, ...body, by: caller.name }, goesOn),
    holdEvidence: ({ body, caller }) => vault.hold({ ...body, by: caller.name }, goesOn),
    releaseEvidence: ({ params, body, caller }) =>
      vault.release({ id: params.id, reason: body.reason, by: caller.name }, goesOn),
    auditEvidence: ({ body, caller, signal }) => vault.audit({ ...body, by: caller.name }, signal),
  };
}
