/** The gate as an HTTP decision point, and what is known around artifacts. */
import { FirebreakError, nodeRef, type PromotionSubject } from '@firebreak/contract';
import type { Handlers } from '../../http/handlers.ts';
import { newId } from '../../kernel/id.ts';
import type { Station } from '../station.ts';

type Answers =
  | 'decidePromotion'
  | 'evaluateAccess'
  | 'promotionSurroundings'
  | 'promotions'
  | 'promotion'
  | 'approvePromotion'
  | 'artifactInspections'
  | 'artifactPage';

const dayMs = 86_400_000;
const mostInspections = 500;
const shownPromotions = 20;

export function promotionHandlers(station: Station): Pick<Handlers, Answers> {
  const { gate, ledger, clock } = station;
  const store = station.storage.promotionStore;
  return {
    decidePromotion: async ({ body, caller, signal }) => {
      const { subject: asked, ...question } = body;
      const subject = await gate.resolve(plain(asked), signal);
      return gate.decide({ ...question, subject, by: { name: caller.name, role: caller.role } }, signal);
    },

    evaluateAccess: async ({ body, signal }) => {
      const { subject: by, resource, context } = body;
      const digest = resource.properties?.digest;
      if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
        throw new FirebreakError('FB-USAGE', 'A digest is sha256: and 64 hexadecimal digits.');
      const asked = { kind: resource.type, name: resource.id, byDigest: digest !== undefined };
      const subject = await gate.resolve(digest === undefined ? asked : { ...asked, digest }, signal);
      const made = await gate.decide(
        {
          subject,
          stage: context.stage,
          environment: context.environment ?? '',
          face: 'http',
          by: { name: by.id, role: by.type },
          attestations: context.attestations ?? [],
        },
        signal,
      );
      const { decision, why, requirements } = made.decision;
      const open = requirements.filter(({ state }) => state !== 'met');
      return {
        decision: decision === 'allow',
        context: { id: made.id, reason_user: { en: why }, requirements: open },
      };
    },

    promotionSurroundings: async ({ query, signal }) => {
      const { stage, ...asked } = query;
      const subject = await gate.resolve(plain({ ...asked, byDigest: asked.digest !== undefined }), signal);
      const approvals = subject.digest === undefined ? [] : await store.approvals(subject.digest, stage, clock.now());
      return {
        ...(await gate.surroundings(subject)),
        approvals: approvals.map(({ by, role }) => ({ by, role })),
      };
    },

    promotions: async ({ query }) => ({ records: [...(await store.decisions(query.limit, query.subject))] }),

    promotion: async ({ params }) => {
      const found = await store.decision(params.id);
      if (found === null) throw new FirebreakError('FB-NOT-FOUND', `There is no promotion ${params.id}.`);
      return found;
    },

    approvePromotion: async ({ body, caller }) => {
      const at = clock.now();
      const until = new Date(at.getTime() + body.days * dayMs);
      const id = newId('pap');
      const { digest, stage, note } = body;
      await store.transaction(async (tx) => {
        await store.putApproval(tx, { id, digest, stage, note, by: caller.name, role: caller.role, at, until });
        const told = { approval: id, digest, stage, note, role: caller.role, until: until.toISOString() };
        await ledger.append([{ incident: null, kind: 'promotion.approved', actor: caller.name, body: told }], tx);
      });
      return { id, until: until.toISOString() };
    },

    artifactInspections: async () => ({ inspections: [...(await store.inspections(mostInspections))] }),

    artifactPage: async ({ query, signal }) => {
      const graph = await station.field?.holder.current(signal).then((current) => current.graph);
      const number = graph?.indexOf.get(query.subject);
      const node = number === undefined ? undefined : graph?.nodeAt(number);
      return {
        subject: query.subject,
        node: node === undefined ? null : nodeRef(node),
        inspection: await store.inspection(query.subject),
        promotions: [...(await store.decisions(shownPromotions, query.subject))],
      };
    },
  };
}

/** Without the fields that were left out. */
function plain(asked: { [Key in keyof PromotionSubject]: PromotionSubject[Key] | undefined }): PromotionSubject {
  const { kind, name, byDigest, digest, node } = asked;
  return {
    kind: kind ?? 'model',
    name: name ?? '',
    byDigest: byDigest ?? false,
    ...(digest === undefined ? {} : { digest }),
    ...(node === undefined ? {} : { node }),
  };
}
