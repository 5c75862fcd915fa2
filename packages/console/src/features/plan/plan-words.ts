import type { Stage } from '@firebreak/contract/action';
import type { Plan, PlanStep } from '@firebreak/contract/plan';
import type { Tone } from '../../ui/tag.tsx';

/** Heading and reason of each stage, in the contract's order. */
export const stageWords: Readonly<Record<Stage, { readonly title: string; readonly why: string }>> = {
  evidence: { title: 'Secure evidence', why: 'Taken before anything can destroy it.' },
  delivery: { title: 'Stop delivery', why: 'So that the next sync does not put the payload back.' },
  access: { title: 'Take away access', why: 'Permissions that the attack paths need.' },
  credential: { title: 'Invalidate credentials', why: 'What the attacker already holds stops working.' },
  network: { title: 'Isolate the network', why: 'Running payloads lose their way out.' },
  eviction: { title: 'Evict', why: 'What runs the payload is taken down.' },
  placement: { title: 'Fence hosts', why: 'Nothing new is placed where the attacker was.' },
};

export const reasonWords: Readonly<Record<PlanStep['reason'], string>> = {
  cut: 'part of the cut',
  'revoke-held-credential': 'held credential',
  evidence: 'evidence',
  'stop-delivery': 'delivery',
  'contain-host': 'host',
  'slow-down': 'slowed down',
};

/** What the plan promises, said so that a promise is not taken for a result: green is kept for what is so. */
export function verdictWords(plan: Plan): {
  readonly title: string;
  readonly tone: Extract<Tone, 'info' | 'warn'>;
} {
  switch (plan.verdict) {
    case 'contained':
      return { title: 'Carried out, this plan cuts the attacker off from everything protected.', tone: 'info' };
    case 'partial':
      return {
        title: `Carried out, this plan cuts off what can be cut; ${plan.uncut.length === 1 ? '1 path stays' : `${plan.uncut.length} paths stay`}.`,
        tone: 'warn',
      };
    case 'nothing-to-cut':
      return plan.completeness.answer === 'complete'
        ? { title: 'Nothing protected is reachable: there is nothing to cut.', tone: 'info' }
        : { title: 'No path to anything protected was found, but not everything could be read.', tone: 'warn' };
  }
}

/** How good the price is: a gap of zero is a proof that no cheaper cut exists. */
export function priceWords(plan: Plan): { readonly value: string; readonly hint: string; readonly tone: Tone } {
  if (plan.gap === 0) return { value: 'Proven cheapest', hint: 'no cheaper cut exists', tone: 'good' };
  return {
    value: `Within ${(plan.gap * 100).toFixed(plan.gap < 0.1 ? 1 : 0)} %`,
    hint: 'of the cheapest possible cut',
    tone: 'warn',
  };
}

/** Cost points without noise behind the point. */
export function points(cost: number): string {
  return String(Number(cost.toFixed(2)));
}
