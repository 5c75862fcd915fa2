/** `data "aws_iam_policy_document"`: a policy written as blocks → its JSON text, as the provider makes it. */
import { entry, isList, isMap, markOf, Unknown, type Value, type ValueMap } from './value.ts';

/** What is unknown in it is marked where it stands; unknown as a whole only where a whole part is. */
export function policyDocumentJson(values: ValueMap): Value {
  const whole = ['source_policy_documents', 'override_policy_documents', 'statement'];
  const unknown = whole.flatMap((name) => listOf(entry(values, name))).find((part) => part instanceof Unknown);
  if (unknown instanceof Unknown) return unknown;
  const statements: unknown[] = [];
  for (const name of ['source_policy_documents', 'override_policy_documents'])
    for (const source of listOf(entry(values, name))) statements.push(...statementsOf(source));
  for (const statement of listOf(entry(values, 'statement')))
    if (isMap(statement)) statements.push(statementOf(statement));
  const version = entry(values, 'version');
  return JSON.stringify({ Version: typeof version === 'string' ? version : '2012-10-17', Statement: statements });
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : value === undefined || value === null ? [] : [value];
}

function statementsOf(source: Value): readonly unknown[] {
  try {
    const parsed = JSON.parse(String(source)) as { readonly Statement?: unknown };
    return Array.isArray(parsed.Statement)
      ? parsed.Statement
      : parsed.Statement === undefined
        ? []
        : [parsed.Statement];
  } catch {
    return [];
  }
}

/** The provider writes `&{…}` for a policy variable, which Terraform would take for its own. */
function written(value: Value): string {
  return value instanceof Unknown ? markOf(value) : String(value).replaceAll('&{', '${');
}

const lists: Readonly<Record<string, string>> = {
  actions: 'Action',
  not_actions: 'NotAction',
  resources: 'Resource',
  not_resources: 'NotResource',
};

function statementOf(block: ValueMap): unknown {
  const statement: Record<string, unknown> = { Effect: written(entry(block, 'effect') ?? 'Allow') };
  const sid = entry(block, 'sid');
  if (typeof sid === 'string' && sid !== '') statement.Sid = sid;
  for (const [name, element] of Object.entries(lists)) {
    const values = listOf(entry(block, name));
    if (values.length > 0) statement[element] = values.map(written);
  }
  for (const [name, element] of [
    ['principals', 'Principal'],
    ['not_principals', 'NotPrincipal'],
  ] as const) {
    const given = listOf(entry(block, name)).filter(isMap);
    if (given.length > 0) statement[element] = principalsOf(given);
  }
  const conditions = listOf(entry(block, 'condition')).filter(isMap);
  if (conditions.length > 0) statement.Condition = conditionsOf(conditions);
  return statement;
}

function principalsOf(blocks: readonly ValueMap[]): unknown {
  const byType: Record<string, string[]> = {};
  for (const block of blocks) {
    const type = String(entry(block, 'type'));
    byType[type] = [...(byType[type] ?? []), ...listOf(entry(block, 'identifiers')).map(written)];
  }
  return Object.keys(byType).length === 1 && byType['*']?.includes('*') === true ? '*' : byType;
}

function conditionsOf(blocks: readonly ValueMap[]): unknown {
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const block of blocks) {
    const test = String(entry(block, 'test'));
    const variable = String(entry(block, 'variable'));
    const values = listOf(entry(block, 'values')).map(written);
    byTest[test] ??= {};
    byTest[test][variable] = [...(byTest[test][variable] ?? []), ...values];
  }
  return byTest;
}
