/** The recovery board over HTTP. */
import type { recoveryRoutes } from '@firebreak/contract';
import type { Caller, Handlers } from '../../http/handlers.ts';
import { recoveryDesk } from '../recovery/desk.ts';
import type { Station } from '../station.ts';

const who = ({ name, role }: Caller) => ({ by: name, role });

export function recoveryHandlers(station: Station): Pick<Handlers, keyof typeof recoveryRoutes> {
  const desk = () => recoveryDesk(station);
  return {
    recoveryBoard: async ({ params, signal }) => (await desk()).board(params.id, signal),
    sayRecovery: async ({ params, body, caller, signal }) =>
      (await desk()).say({ incident: params.id, ...body }, who(caller), signal),

    chooseVersion: async ({ params, body, signal }) =>
      (await desk()).versions.choose({ incident: params.id, ...body }, signal),
    inspectVersion: async ({ params, body, caller, signal }) => {
      await (await desk()).versions.inspect({ incident: params.id, ...body }, who(caller), signal);
      return { ok: true };
    },
    takeVersion: async ({ params, body, caller, signal }) => {
      const open = await desk();
      await open.versions.take({ incident: params.id, ...body }, who(caller), signal);
      return open.board(params.id, signal);
    },
    rollBack: async ({ params, body, caller, signal }) =>
      (await desk()).versions.rollback({ incident: params.id, ...body }, who(caller), signal),
    verifyServing: async ({ params, body, caller, signal }) => {
      const results = await (await desk()).versions.verify({ incident: params.id, ...body }, who(caller), signal);
      return { results: [...results] };
    },

    recoveryCredentials: async ({ params, signal }) => ({
      credentials: [...(await (await desk()).credentials.list(params.id, signal))],
    }),
    sayCredential: async ({ params, body, caller, signal }) => ({
      credential: await (await desk()).credentials.say({ incident: params.id, ...body }, who(caller), signal),
    }),
    probeCredential: async ({ params, body, caller, signal }) => {
      const { row, verdict } = await (await desk()).credentials.probe(
        { incident: params.id, ...body },
        who(caller),
        signal,
      );
      return { credential: row, ...verdict };
    },

    recoveryImages: async ({ params, signal }) => (await desk()).rebuild(params.id, signal),
    approveImage: async ({ params, body, caller, signal }) => {
      const open = await desk();
      await open.approveImage({ incident: params.id, ...body }, who(caller));
      return open.rebuild(params.id, signal);
    },
    pinImages: async ({ params, caller, signal }) => (await desk()).pinImages(params.id, who(caller), signal),

    signRecovery: async ({ params, body, caller, signal }) => {
      const open = await desk();
      await open.returning.sign(params.id, body.as, who(caller), signal);
      return open.board(params.id, signal);
    },
    attestRecovery: async ({ params, caller, signal }) => ({
      envelope: JSON.parse(await (await desk()).returning.attest(params.id, who(caller), signal)),
    }),
    recoveryAttestation: async ({ params }) => ({
      envelope: JSON.parse(await (await desk()).returning.attestation(params.id)),
    }),
    restoreAccess: async ({ params, caller, signal }) =>
      (await desk()).returning.restore(params.id, who(caller), signal),

    followUps: async ({ query }) => ({ followUps: [...(await (await desk()).followUps.list(query.incident))] }),
    openFollowUp: async ({ params, body, caller }) =>
      (await desk()).openFollowUp({ incident: params.id, ...body, by: caller.name }),
    auditFollowUps: async ({ body, caller, signal }) => ({
      followUps: [...(await (await desk()).auditFollowUps(body.incident, who(caller), signal))],
    }),
    closeFollowUp: async ({ params, body, caller }) =>
      (await desk()).followUps.close({ id: params.id, ...body, by: caller.name }),
  };
}
