/**
 * How surprising the next tool call of a conversation is after those before it: a Markov chain over the last two calls that backs
 * off to the last one, to the kind of the last one, and to how often each tool is called at all (interpolated Witten-Bell
 * smoothing: the more different calls followed a context, the more likely is a new one; Witten, Bell, "The zero-frequency
 * problem", 1991). Counts are of conversations, not of calls: one that repeats itself a thousand times teaches once.
 *
 * Bounded: of contexts, and of what follows one, only so many are kept. What is not kept is as if never seen, so a detector that
 * uses this must calibrate on the model's own scores.
 */
import type { ToolKind } from './tool-kind.ts';

export interface Step {
  readonly tool: string;
  readonly kind: ToolKind;
}

/** By context, what followed it in how many conversations. */
export type ChainModel = Map<string, Map<string, number>>;

const mostContexts = 4000;
const mostFollowers = 200;
const start: Step = { tool: '^', kind: 'other' };

export interface Surprise {
  readonly bits: number;
  /** Whether it ever followed the call before, or the two before. */
  readonly seen: boolean;
  /** Whether any conversation had the tool. */
  readonly known: boolean;
}

/**
 * The bits of the chain, and those of the tool: in how few conversations it was called at all. Without the second a tool that nobody
 * ever called would be less surprising, behind calls of which little is known, than two known ones in another order.
 */
export function surpriseAt(model: ChainModel, conversations: number, steps: readonly Step[], place: number): Surprise {
  const { tool } = steps[place] as Step;
  const contexts = contextsOf(steps, place);
  const all = model.get('');
  let probability = 1 / ((all?.size ?? 0) + 1);
  for (const context of contexts.toReversed()) {
    const followers = model.get(context);
    if (followers === undefined) continue;
    let total = 0;
    for (const count of followers.values()) total += count;
    probability = ((followers.get(tool) ?? 0) + followers.size * probability) / (total + followers.size);
  }
  const times = all?.get(tool) ?? 0;
  return {
    bits: -Math.log2(probability) - Math.log2((Math.min(times, conversations) + 0.5) / (conversations + 1)),
    seen: contexts.slice(0, 2).some((context) => model.get(context)?.has(tool) === true),
    known: times > 0,
  };
}

/** Learns one conversation. */
export function learnChain(model: ChainModel, steps: readonly Step[]): void {
  const once = new Set<string>();
  for (const [place, { tool }] of steps.entries())
    for (const context of contextsOf(steps, place)) {
      const key = `${context}\u0000${tool}`;
      if (once.has(key)) continue;
      once.add(key);
      const followers = model.get(context) ?? new Map<string, number>();
      if (!model.has(context)) {
        if (model.size >= mostContexts) continue;
        model.set(context, followers);
      }
      if (followers.has(tool) || followers.size < mostFollowers) followers.set(tool, (followers.get(tool) ?? 0) + 1);
    }
}

/** The longest first. */
function contextsOf(steps: readonly Step[], place: number): readonly string[] {
  const [before, last] = [steps[place - 2] ?? start, steps[place - 1] ?? start];
  return [`${before.tool} > ${last.tool}`, last.tool, `a ${last.kind}`, ''];
}
