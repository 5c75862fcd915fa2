/**
 * A policy document → statements, compiled once per document. What must stay true: a document that AWS would not store never
 * grants: an element of a wrong type makes its statement unreadable, and an unreadable statement neither allows nor denies.
 * Documents are shared by many principals and asked for few actions, so each keeps the statements that an action concerns.
 */
import { array, field, oneOrMany, record, text } from '../foreign.ts';
import { type Condition, conditionsOf } from './condition.ts';
import { arnPatternOf, type Pattern, patternOf } from './pattern.ts';

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Selection;
  /** Absent in trust policies, where the resource is the role. */
  readonly resources: Selection | undefined;
  readonly principals: PrincipalSelection | undefined;
  readonly conditions: readonly Condition[];
}
/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Selection {
  readonly not: boolean;
  readonly patterns: readonly Pattern[];
}
/** `Principal` or `NotPrincipal`: by type (`AWS`, `Service`, `Federated`), `*` for everybody. */
export interface PrincipalSelection {
  readonly not: boolean;
  readonly everybody: boolean;
  readonly byType: ReadonlyMap<string, readonly string[]>;
}

export interface Policy {
  readonly statements: readonly Statement[];
  /** Statements whose action element selects an action; the action's case does not matter. */
  readonly about: (action: string) => readonly Statement[];
}

const compiled = new WeakMap<object, Policy>();

/** The policy of a document, whatever is in it. Memoised by the document object. */
export function policyOf(document: object): Policy {
  const known = compiled.get(document);
  if (known !== undefined) return known;
  const variables = field(document, 'Version') === '2012-10-17';
  const written = field(document, 'Statement');
  const statements = (Array.isArray(written) ? written : [written]).flatMap((each) => statementOf(each, variables));
  const byAction = new Map<string, readonly Statement[]>();
  const policy: Policy = {
    statements,
    about(action) {
      const name = action.toLowerCase();
      let concerned = byAction.get(name);
      if (concerned === undefined) {
        concerned = statements.filter(({ actions }) => selectsAction(actions, name));
        byAction.set(name, concerned);
      }
      return concerned;
    },
  };
  compiled.set(document, policy);
  return policy;
}

/** Actions hold no variables, so the answer is always known. */
function selectsAction({ not, patterns }: Selection, action: string): boolean {
  const ignore = () => {};
  return patterns.some((pattern) => pattern.matches(action, () => 'unknown', ignore) === 2) !== not;
}

function statementOf(value: unknown, variables: boolean): readonly Statement[] {
  const statement = record(value);
  const effect = text(statement?.Effect);
  if (statement === undefined || (effect !== 'Allow' && effect !== 'Deny')) return [];
  const actions = selectionOf(statement, 'Action', (source) =>
    patternOf(source, { variables: false, wild: true, fold: true }),
  );
  const resources = selectionOf(statement, 'Resource', (source) => arnPatternOf(source, variables));
  const principals = principalsOf(statement);
  const conditions = conditionsOf(statement.Condition, variables);
  if (actions === undefined || actions === 'wrong' || resources === 'wrong' || principals === 'wrong') return [];
  if (conditions === undefined) return [];
  return [{ sid: text(statement.Sid), effect, actions, resources, principals, conditions }];
}

function selectionOf(
  statement: Readonly<Record<string, unknown>>,
  element: 'Action' | 'Resource',
  compile: (source: string) => Pattern,
): Selection | undefined | 'wrong' {
  const plain = field(statement, element);
  const negated = field(statement, `Not${element}`);
  if (plain === undefined && negated === undefined) return undefined;
  const sources = oneOrMany(plain ?? negated);
  if (sources === undefined || (plain !== undefined && negated !== undefined)) return 'wrong';
  return { not: plain === undefined, patterns: sources.map(compile) };
}

function principalsOf(statement: Readonly<Record<string, unknown>>): PrincipalSelection | undefined | 'wrong' {
  const plain = field(statement, 'Principal');
  const negated = field(statement, 'NotPrincipal');
  const written = plain ?? negated;
  if (written === undefined) return undefined;
  const not = plain === undefined;
  if (written === '*') return { not, everybody: true, byType: new Map() };
  const entries = record(written);
  if (entries === undefined) return 'wrong';
  const byType = new Map<string, readonly string[]>();
  for (const type of Object.keys(entries)) byType.set(type, oneOrMany(entries[type]) ?? []);
  return { not, everybody: array(byType.get('AWS')).includes('*'), byType };
}
