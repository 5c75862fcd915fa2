/** Entries of the ledger as moments of a timeline: our own steps with who approved them, and what people decided. */
import type { LedgerEntry, Moment, NodeRef } from '@firebreak/contract';
import { z } from 'zod';
import { shortName } from './cases/words.ts';

type Numbered = LedgerEntry & { readonly index: number };

const bodySchema = z.looseObject({
  execution: z.string().optional(),
  step: z.string().optional(),
  steps: z.array(z.unknown()).optional(),
  title: z.string().optional(),
  action: z.string().optional(),
  target: z.string().optional(),
  reason: z.string().optional(),
  because: z.string().optional(),
  verdict: z.string().optional(),
  digest: z.string().optional(),
  plan: z.string().optional(),
  into: z.string().optional(),
  from: z.union([z.string(), z.array(z.string())]).optional(),
  as: z.string().optional(),
  detection: z.string().optional(),
  detector: z.string().optional(),
  note: z.string().optional(),
  proof: z.looseObject({ detail: z.string() }).optional(),
});
type Body = z.infer<typeof bodySchema>;

/** What is no moment of its own: the work between two states of a step, and what detections say themselves. */
const left = new Set([
  'step.applying',
  'step.before',
  'step.probed',
  'step.delayed',
  'detections.joined',
  'evidence.exported',
]);

/** By execution and step, who approved it. */
export function approvalsIn(entries: readonly Numbered[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { kind, body, actor, at } of entries) {
    if (kind !== 'plan.approved') continue;
    const said = bodySchema.safeParse(body).data;
    for (const step of said?.steps ?? []) {
      const key = JSON.stringify([said?.execution, step]);
      const before = found.get(key);
      found.set(key, `${before === undefined ? 'Approved' : `${before};`} by ${actor} at ${at}`);
    }
  }
  return found;
}

/** Undefined for what is no moment. */
export function momentOfEntry(
  { index, at, kind, actor, body }: Numbered,
  approvals: ReadonlyMap<string, string>,
  ref: (id: string) => NodeRef,
): Moment | undefined {
  if (left.has(kind)) return undefined;
  const said = bodySchema.safeParse(body).data ?? {};
  const isStep = kind.startsWith('step.');
  const isOurs =
    isStep || /^(?:watch|lease|stage)\./.test(kind) || actor.startsWith('worker:') || actor === 'firebreak';
  return {
    // Padded, so that entries of one moment stand in their order.
    id: `ledger ${String(index).padStart(12, '0')}`,
    at,
    kind: isOurs ? 'response' : 'human',
    words: sentenceOf(kind, actor, said),
    actor,
    identity: null,
    credential: null,
    session: null,
    address: null,
    operation: kind,
    activity: null,
    outcome: null,
    targets: said.target === undefined ? [] : [ref(said.target)],
    permission: null,
    approval: isStep ? (approvals.get(JSON.stringify([said.execution, said.step])) ?? null) : null,
    detections: said.detection === undefined ? [] : [said.detection],
    severity: null,
    event: null,
    ledger: index,
  };
}

function sentenceOf(kind: string, actor: string, said: Body): string {
  const what =
    said.title ??
    [said.action, said.target === undefined ? undefined : shortName(said.target)].filter(Boolean).join(' on ');
  const why = said.reason ?? said.because ?? said.proof?.detail;
  const because = why === undefined ? '' : ` ${why.slice(0, 500)}`;
  const [subject, verb] = kind.split('.', 2);
  const done = `${(subject ?? kind).replaceAll('-', ' ')} ${(verb ?? '').replaceAll('-', ' ')}`.trim();
  switch (kind) {
    case 'incident.opened':
      return `${actor} opened the incident${what === '' ? '' : `: ${what}`}.`;
    case 'plan.made':
      return `${actor} had a plan made (${said.verdict ?? 'made'}).`;
    case 'plan.approved':
      return `${actor} approved ${said.steps?.length ?? 0} steps of the plan.`;
    case 'incident.merged':
      return `${actor} merged ${[said.from ?? []].flat().join(', ')} into ${said.into ?? 'it'}.${because}`;
    case 'incident.split':
      return `${actor} split ${said.into ?? 'detections'} off from ${[said.from ?? []].flat().join(', ')}.${because}`;
    case 'incident.closed':
      return `${actor} closed it as ${said.as ?? 'done'}.${because}`;
    case 'detection.judged':
      return `${actor} judged a detection of ${said.detector ?? 'a detector'}: ${said.verdict ?? ''}.${said.note ? ` ${said.note.slice(0, 300)}` : ''}`;
    default:
      return `${actor}: ${done}${what === '' ? '' : `, ${what}`}.${because}`;
  }
}
