import { type Plan, planSchema } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';

/** SHA-256 (hex) over the canonical JSON of the plan without its `digest`. People approve this. */
export function planDigest(plan: Omit<Plan, 'digest'>): string {
  const { digest: _, ...content } = plan as Plan;
  return sha256Hex(new TextEncoder().encode(canonicalJson(content)));
}

/** Puts the digest in, after bringing the plan to the exact JSON that a reader will get. */
export function sealPlan(plan: Omit<Plan, 'digest'>): Plan {
  const plain = planSchema.parse(JSON.parse(JSON.stringify({ ...plan, digest: '' })));
  return { ...plain, digest: planDigest(plain) };
}
