/**
 * What an agent does often enough to be its work: flows from one tool into another. What raised an alarm does not become a habit by
 * being repeated, unless so much of the work consists of it that the agent itself must have changed.
 */
export interface Habits {
  conversations: number;
  /** In how many conversations: without an alarm, and with one. */
  readonly flows: Map<string, { quiet: number; alarmed: number }>;
}

const usual = { times: 3, share: 0.02 };
const change = { times: 10, share: 0.15 };
const mostFlows = 500;
/** With fewer conversations nothing is known to be unusual. */
export const fewestForHabits = 50;

export function noHabits(): Habits {
  return { conversations: 0, flows: new Map() };
}

export function isHabit({ conversations, flows }: Habits, flow: string): boolean {
  const { quiet, alarmed } = flows.get(flow) ?? { quiet: 0, alarmed: 0 };
  return (
    quiet >= Math.max(usual.times, usual.share * conversations) ||
    alarmed >= Math.max(change.times, change.share * conversations)
  );
}

/** How many conversations had it. */
export function timesOf({ flows }: Habits, flow: string): number {
  const { quiet, alarmed } = flows.get(flow) ?? { quiet: 0, alarmed: 0 };
  return quiet + alarmed;
}

/** A conversation is over. @param flows those that it had, and whether they raised an alarm */
export function learnHabits(habits: Habits, flows: ReadonlyMap<string, boolean>): void {
  habits.conversations += 1;
  for (const [flow, raised] of flows) {
    const known = habits.flows.get(flow) ?? { quiet: 0, alarmed: 0 };
    known[raised ? 'alarmed' : 'quiet'] += 1;
    habits.flows.delete(flow);
    habits.flows.set(flow, known);
  }
  for (const oldest of habits.flows.keys()) {
    if (habits.flows.size <= mostFlows) break;
    habits.flows.delete(oldest);
  }
}
