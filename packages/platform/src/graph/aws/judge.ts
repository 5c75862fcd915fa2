/**
 * One set of policies against one request: what it denies and what it allows, each yes, no or maybe, with the statements
 * that say so and the keys that nobody knows. The layers of `evaluate.ts` are made of this.
 */
import type { FactId } from '@firebreak/contract';
import type { Source } from './holders.ts';
import type { Condition, Context } from './policy/condition.ts';
import type { Selection, Statement } from './policy/document.ts';
import type { Variables } from './policy/pattern.ts';
import { and, maybe, no, or, type Truth, truth, yes } from './policy/truth.ts';

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  readonly variables: Variables;
  /** Whether a statement's principal is the caller; only resource policies have one. */
  readonly isCaller?: (statement: Statement) => Truth;
  /** Collects the values that conditions ask of keys that the caller chooses. */
  readonly chosen?: (condition: Condition) => void;
}

export interface Judgement {
  readonly allow: Truth;
  readonly deny: Truth;
  /** What allows, if anything does. */
  readonly allowedBy: Said | undefined;
  readonly deniedBy: Said | undefined;
}
export interface Said {
  readonly text: string;
  readonly facts: readonly FactId[];
  /** Keys that nobody knows, on which it depends. */
  readonly keys: readonly string[];
}

export function judge(sources: readonly Source[], request: Request): Judgement {
  let allow: Truth = no;
  let deny: Truth = no;
  let allowedBy: Said | undefined;
  let deniedBy: Said | undefined;
  for (const source of sources) {
    for (const statement of source.policy.about(request.action)) {
      const denies = statement.effect === 'Deny';
      if (denies ? deny === yes : allow === yes) continue;
      const keys = new Set<string>();
      const applies = statementApplies(statement, request, (key) => keys.add(key));
      if (applies === no) continue;
      const said = { text: sentence(source, statement), facts: source.facts, keys: [...keys] };
      if (denies) {
        if (applies > deny) deniedBy = said;
        deny = or(deny, applies);
      } else {
        if (applies > allow) allowedBy = said;
        allow = or(allow, applies);
      }
    }
    if (deny === yes) break;
  }
  return { allow, deny, allowedBy, deniedBy };
}

function sentence(source: Source, { effect, sid }: Statement): string {
  return `${source.label} ${effect === 'Deny' ? 'denies' : 'allows'} it${sid === undefined || sid === '' ? '' : ` (${sid})`}`;
}

function statementApplies(statement: Statement, request: Request, blame: (key: string) => void): Truth {
  let result = request.isCaller === undefined ? yes : request.isCaller(statement);
  if (result === no) return no;
  if (result === maybe) blame('the caller');
  if (statement.resources !== undefined) {
    const selected = selects(statement.resources, request, blame);
    if (selected === no) return no;
    result = and(result, selected);
  }
  for (const condition of statement.conditions) {
    const met = condition.met(request.context, request.variables, blame);
    if (met === no) return no;
    if (met === maybe) request.chosen?.(condition);
    result = and(result, met);
  }
  return result;
}

function selects({ not, patterns }: Selection, request: Request, blame: (key: string) => void): Truth {
  let result: Truth = truth(false);
  for (const pattern of patterns) {
    result = or(result, pattern.matches(request.resource, request.variables, blame));
    if (result === yes) break;
  }
  return not ? ((2 - result) as Truth) : result;
}
