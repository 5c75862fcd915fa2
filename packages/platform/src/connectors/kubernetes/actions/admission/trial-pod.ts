/**
 * Asking the API server for a pod without making one (a dry run goes through all of admission). The pod asks for nothing that Pod
 * Security or a careful policy would mind, so that a refusal says what it is asked about.
 *
 * Policies and quotas count a moment after they are stored: the API server learns of them by watching. So an answer that is not yet
 * the wanted one is asked for again, for at most half a minute.
 */
import type { ProbeResult } from '@firebreak/contract';
import type { ApiObject, ApiResult } from '../../api.ts';
import { inWords } from '../exchange/failure.ts';
import { waitFor } from '../exchange/patience.ts';
import type { KubernetesAttempt } from '../exchange/reading.ts';
import { refToAll } from '../objects/built-in.ts';

const untilEffective = { atMost: 30_000, every: 500 };

export interface TrialPod {
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly image?: string;
  readonly priorityClass?: string;
}

export async function tryPod(attempt: KubernetesAttempt, of: TrialPod): Promise<ApiResult<ApiObject>> {
  const body: ApiObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'firebreak-trial-', namespace: of.namespace },
    spec: {
      ...(of.serviceAccount === undefined ? {} : { serviceAccountName: of.serviceAccount }),
      ...(of.priorityClass === undefined ? {} : { priorityClassName: of.priorityClass }),
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'trial',
          image: of.image ?? 'registry.invalid/firebreak/trial:1',
          resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
  return attempt.session.create(refToAll('Pod', of.namespace), body, attempt.signal, { dryRun: true });
}

/** Whether an answer is a refusal by the thing of this name. */
function refusedByName(answer: ApiResult<unknown>, name: string): boolean {
  return !answer.ok && answer.reason.includes(name);
}

/** Tries until it is refused by the thing of this name. */
export async function expectRefusal(
  attempt: KubernetesAttempt,
  what: string,
  name: string,
  trial: () => Promise<ApiResult<unknown>>,
): Promise<ProbeResult> {
  const seen = await waitFor(trial, (answer) => refusedByName(answer, name), untilEffective, attempt.signal);
  if (seen.settled && !seen.last.ok)
    return { what, result: 'holds', evidence: `Refused after ${seen.seconds} s: ${inWords(seen.last)}` };
  if (seen.last.ok) return { what, result: 'fails', evidence: `Still admitted after ${seen.seconds} s.` };
  return { what, result: 'cannot-tell', evidence: `Refused for another reason: ${inWords(seen.last)}` };
}
