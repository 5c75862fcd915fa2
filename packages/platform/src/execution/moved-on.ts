/**
 * What the undo of a step finds where the world moved on: which fields are ours to take back, which are others', and which state
 * to go back to if theirs shall stay.
 *
 * A step that was done again after others had reverted it has a history. Its way back leads to the state before its first time,
 * with what others changed in between: each repetition began from a state that was partly theirs.
 */
import type { AnyAction, Leftover } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sameState } from './recorded-state.ts';
import { type Difference, pointer, threeWay, withValue } from './three-way.ts';

/** A step, or its repetition: the states before and after; `left` is null when it was cut off and nobody read what it left. */
export interface Turn {
  readonly before: unknown;
  readonly left: unknown;
}

export interface MovedOn {
  /** The present state with only our changes taken back. */
  readonly goal: unknown;
  /** Whether anything of ours is there to be taken back. */
  readonly ours: boolean;
  /** Fields that matter to the action and are not as we left them, at most `mostListed`. */
  readonly leftovers: readonly Leftover[];
}

const mostListed = 50;
const longestValue = 200;

/** The state to go back to, seen from the last turn. */
export function wayBack(turns: readonly [Turn, ...Turn[]]): unknown {
  let [{ before: goal, left }] = turns;
  for (const turn of turns.slice(1)) {
    if (left !== null) goal = threeWay(goal, left, turn.before).merged;
    left = turn.left;
  }
  return goal;
}

export function movedOn(
  action: AnyAction,
  params: unknown,
  states: { readonly before: unknown; readonly left: unknown; readonly now: unknown },
): MovedOn {
  const { merged, differences } = threeWay(states.before, states.left, states.now);
  const object = action.target(params).id;
  const matters = differences.filter(
    (difference) => difference.is !== 'ours' && mattersTo(action, params, states.left, difference),
  );
  return {
    goal: merged,
    ours: differences.some(({ is }) => is === 'ours'),
    leftovers: matters.slice(0, mostListed).map(({ is, path, before, left, now }) => ({
      is: is === 'conflict' ? 'conflict' : 'theirs',
      object,
      path: cut(pointer(path)),
      before: text(before),
      ours: text(left),
      now: text(now),
    })),
  };
}

/** The action itself says which fields of a state count: with others, such as a version, it would still call it the same. */
function mattersTo(action: AnyAction, params: unknown, left: unknown, { path, now }: Difference): boolean {
  try {
    return !sameState(action, params, action.before.parse(withValue(left, path, now)), left);
  } catch {
    // no state that the action knows: then it is no detail either
    return true;
  }
}

/** Foreign text, so ASCII: nothing in it can turn lines around or hide. */
function text(value: unknown): string | null {
  if (value === undefined) return null;
  return cut(canonicalJson(value));
}

function cut(value: string): string {
  const plain = value
    .slice(0, longestValue)
    .replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return value.length > longestValue ? `${plain}…` : plain;
}
