/**
 * Kubernetes' question (admission.k8s.io/v1 AdmissionReview) as questions to the gate. What must stay true: a yes needs a yes for
 * everything that the object would run; what cannot be read, or no answer in time, is a no that says so.
 */
import type { PromotionDecision, PromotionSubject } from '@firebreak/contract';
import { at, field, printable, textAt } from '../../intake/foreign.ts';
import { promotedBy, tooMany } from './promoted-objects.ts';

export interface AdmissionQuestion {
  readonly subject: PromotionSubject;
  readonly attestations: readonly unknown[];
  /** The namespace. */
  readonly environment: string;
  readonly dryRun: boolean;
}

/** Decides one question; throws where it cannot. */
export type AskGate = (
  question: AdmissionQuestion,
) => Promise<Pick<PromotionDecision, 'decision' | 'requirements'> & { readonly request: { readonly stage: string } }>;

export interface AdmissionAnswer {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  };
}

const mostMessage = 4000;

/** Undefined for what is no review of version 1. */
export async function answerReview(review: unknown, ask: AskGate): Promise<AdmissionAnswer | undefined> {
  const request = field(review, 'request');
  const uid = textAt(request, 'uid');
  if (textAt(review, 'apiVersion') !== 'admission.k8s.io/v1' || uid === undefined) return undefined;
  const promoted = promotedBy(field(request, 'object'), field(request, 'oldObject'));
  const environment = textAt(request, 'namespace') ?? '';
  const dryRun = at(request, 'dryRun') === true;
  if (tooMany(promoted)) return answer(uid, ['It would run more images and models than are judged at once.']);
  const refusals = await Promise.all(
    promoted.subjects.map((subject) =>
      ask({ subject, attestations: promoted.attestations, environment, dryRun }).then(
        ({ decision, requirements, request: { stage } }) =>
          decision === 'allow'
            ? []
            : [
                `${subject.kind} ${printable(subject.name, 300)} is not promoted to ${printable(stage)}:`,
                ...requirements.flatMap(({ id, state, why, next }) =>
                  state === 'met' ? [] : [`  ${state} ${id}: ${why} ${next}`],
                ),
              ],
        (error: unknown) => [
          `${subject.kind} ${printable(subject.name, 300)} could not be judged: ${printable(error instanceof Error ? error.message : String(error), 500)}`,
        ],
      ),
    ),
  );
  return answer(uid, refusals.flat());
}

function answer(uid: string, refusals: readonly string[]): AdmissionAnswer {
  const status = { code: 403, reason: 'Forbidden', message: `Firebreak: ${refusals.join('\n').slice(0, mostMessage)}` };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: refusals.length === 0, ...(refusals.length === 0 ? {} : { status }) },
  };
}
