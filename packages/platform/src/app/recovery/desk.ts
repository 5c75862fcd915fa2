/** The recovery desk: board, versions, credentials, images, follow-ups, return to service. One for a station. */
import {
  FirebreakError,
  lever,
  type Plan,
  type Rebuild,
  type RecoveryBoard,
  type RecoveryState,
} from '@firebreak/contract';
import { manifestSet } from '../../facts/manifest-set.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { planOfLevers } from '../../playbooks/plan-of-levers.ts';
import type { NewFollowUp } from '../../recovery/follow-ups/follow-ups.ts';
import { markOf } from '../../recovery/store.ts';
import { mustHaveField, type Station } from '../station.ts';
import { openContext, type Person } from './context.ts';
import { credentialDesk } from './credentials.ts';
import { returnDesk } from './returning.ts';
import { versionDesk } from './versions.ts';

export type RecoveryDesk = Awaited<ReturnType<typeof openRecovery>>;

const opened = new WeakMap<object, Promise<RecoveryDesk>>();

/** The desk of a station; it is opened at the first question. */
export function recoveryDesk(station: Station): Promise<RecoveryDesk> {
  const known = opened.get(station.storage);
  if (known !== undefined) return known;
  const desk = openRecovery(station);
  opened.set(station.storage, desk);
  desk.catch(() => opened.delete(station.storage));
  return desk;
}

async function openRecovery(station: Station) {
  const context = await openContext(station);
  const { boards, know, followUps } = context;

  async function board(incident: string, signal: AbortSignal): Promise<RecoveryBoard> {
    const { signed: _, ...shown } = await boards.board(await know(incident, signal));
    return shown;
  }

  return {
    board,
    versions: versionDesk(context),
    credentials: credentialDesk(context),
    returning: returnDesk(context),
    followUps,

    async say(
      request: { incident: string; item: string; state: RecoveryState; note: string },
      who: Person,
      signal: AbortSignal,
    ): Promise<RecoveryBoard> {
      await boards.say(await know(request.incident, signal), { ...request, by: who.by });
      return board(request.incident, signal);
    },

    async rebuild(incident: string, signal: AbortSignal): Promise<Rebuild> {
      const { rebuild, completeness } = await know(incident, signal);
      return { rows: [...rebuild], completeness };
    },

    async approveImage(
      { incident, image, digest, note }: { incident: string; image: string; digest: string; note: string },
      who: Person,
    ): Promise<void> {
      await boards.mark({ incident, item: markOf.image(digest), state: 'done', by: who.by, note, data: { image } });
    },

    /** A plan that pins every workload that is not on a known-good image to the digest that is known. @throws FirebreakError FB-RECOVERY-NO-LEVER */
    async pinImages(incident: string, who: Person, signal: AbortSignal): Promise<Plan> {
      const known = await know(incident, signal);
      const { holder, actions } = mustHaveField(station);
      const { estate, graph } = await holder.collect(signal);
      // Pods, jobs and what an operator owns are made anew from what they come from: there is nothing of theirs to pin.
      const kinds = actions.find(({ id }) => id === 'kubernetes.pin-image')?.targetKinds ?? [];
      const levers = known.rebuild.flatMap(({ verdict, good, workload, container }) => {
        if (!kinds.includes(workload.kind)) return [];
        const fact = estate.get('kubernetes.workload', workload.id);
        if (verdict === 'known-good' || good === null || fact?.data.metadata.namespace === undefined) return [];
        // What was put into its pods on their way in is not its own to change.
        if (!fact.data.template.spec.containers.some((own) => own.name === container)) return [];
        const { namespace, name } = fact.data.metadata;
        const params = { kind: workload.kind, namespace, name, container, image: `${good.image}@${good.digest}` };
        return [{ lever: lever('kubernetes.pin-image', params), why: `Known to be good: ${good.from}.` }];
      });
      if (levers.length === 0)
        throw new FirebreakError(
          'FB-RECOVERY-NO-LEVER',
          'No workload has a good digest that it does not run yet: approve one.',
        );
      const name = 'Rebuild from known-good images';
      const plan = planOfLevers(graph, {
        compromised: known.compromised.flatMap((id) => graph.indexOf.get(id) ?? []),
        protect: known.protect,
        levers,
        actions,
        from: { name, digest: sha256Hex(name) },
      });
      await station.incidents.recordPlan({ incident, plan, manifests: manifestSet(estate), by: who.by });
      await boards.mark({ incident, item: markOf.plan(plan.digest), state: 'done', by: who.by, note: name });
      return plan;
    },

    async openFollowUp(request: NewFollowUp) {
      await station.incidents.get(request.incident);
      return followUps.open(request);
    },

    async auditFollowUps(incident: string | undefined, who: Person, signal: AbortSignal) {
      const { graph } = await mustHaveField(station).holder.collect(signal);
      return followUps.audit(graph, who.by, incident);
    },
  };
}
