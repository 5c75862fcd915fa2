/**
 * What a step costs, in points. The planner minimises the sum, so only the proportions matter, and they say one thing: how
 * much legitimate work stops, for whom, and how hard it is to bring back.
 *
 * Fixed part, by lever. Reading costs next to nothing. Stopping deliveries or new placements (2) delays work and breaks
 * none that runs. Taking one identity's permission (3) or its tokens (4) breaks what uses it, and is put back in a second;
 * tokens cost more, because pods have to restart. An admission denial (3.5) is one more thing in everybody's way, and a frozen
 * namespace (6) replaces nothing that ends; what they leave running counts a quarter of its weight. Cutting a network (5) breaks what talks. Suspending a job (6) loses the
 * work in hand. Stopping what serves (20), on every node at once the same (20), is what customers notice; deleting a pod
 * that nothing recreates (25) also loses what it had in memory and on its own disk.
 *
 * Variable part: one weight for each legitimate use that is interrupted. 1: batch work, which can run later. 2: a workload
 * that nothing reaches through a Service. 3: one behind a Service. 4: one that the outside reaches (Ingress, LoadBalancer,
 * NodePort). 5: one that serves a model. Twice that where the workload or its namespace is labelled
 * `firebreak.dev/sla: gold` or `critical`, which is how the owner says "not lightly".
 */
export const fixedCost = {
  snapshot: 1,
  'suspend-delivery': 2,
  'cordon-node': 2,
  'strip-subject': 3,
  'deny-admission': 3.5,
  'freeze-namespace': 6,
  'invalidate-tokens': 4,
  'isolate-network': 5,
  'suspend-job': 6,
  'pin-revision': 3,
  'pin-source': 2,
  'pin-image': 5,
  'shift-inference': 2,
  'shift-route': 2,
  'withdraw-backend': 5,
  'replace-secret': 8,
  'remove-webhook': 8,
  'set-model-uri': 8,
  'scale-to-zero': 20,
  'suspend-operated': 20,
  'park-daemonset': 20,
  'delete-pod': 25,
} as const satisfies Readonly<Record<string, number>>;

/** Who notices when a workload stops. */
export const reachWeights = { batch: 1, internal: 2, service: 3, outside: 4, model: 5 } as const;
export type Reach = keyof typeof reachWeights;

/** Whether customers notice: stopping it needs a second person. */
export function servesSomebody(reach: Reach): boolean {
  return reachWeights[reach] >= reachWeights.service;
}

export const slaLabel = 'firebreak.dev/sla';
const guarded: ReadonlySet<string> = new Set(['gold', 'critical']);

/** The weight of interrupting one workload. `labels` are those of the workload, its pods and its namespace. */
export function interruptionWeight(reach: Reach, ...labels: readonly Readonly<Record<string, string>>[]): number {
  const important = labels.some((map) => guarded.has(map[slaLabel] ?? ''));
  return reachWeights[reach] * (important ? 2 : 1);
}

/** A service account with more pods than this is widely used: taking its tokens needs a second person. */
export const widelyUsed = 5;
