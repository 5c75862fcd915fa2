/** A rule as it is asked of one source: its fields are where the source has them, its values what the source calls them. */
import { parsePattern, plainText } from '../language/pattern.ts';
import type { Expression, LogSource, Test } from '../language/rule.ts';
import type { EventSource, Transformation } from './log-source.ts';

/** A rule fits a source when everything that its log source names is so there. */
export function fits(rule: LogSource, source: LogSource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (name) => rule[name] === undefined || rule[name] === source[name],
  );
}

/** Paths at which the events of the source hold a field of a rule. */
export function pathsOf(field: string, of: LogSource, source: EventSource): readonly string[] {
  let names: readonly string[] = [field];
  for (const step of applicable(of, source)) {
    if (step.type === 'field_name_mapping') names = names.flatMap((name) => mapped(name, step.mapping));
    else if (step.type === 'field_name_prefix') names = names.map((name) => step.prefix + name);
  }
  return names;
}

export function rewritten(expression: Expression, of: LogSource, source: EventSource): Expression {
  const steps = applicable(of, source);
  return steps.length === 0 ? expression : rewrite(expression);

  function rewrite(part: Expression): Expression {
    if (part.kind === 'not') return { kind: 'not', part: rewrite(part.part) };
    if (part.kind !== 'test') return { kind: part.kind, parts: part.parts.map(rewrite) };
    const tests = valuesOf(part.test, part.field, steps);
    const { field } = part;
    if (field === undefined) return oneOf(tests.map((test): Expression => ({ kind: 'test', test })));
    return oneOf(
      pathsOf(field, of, source).flatMap((path) =>
        tests.flatMap((test) => referred(test).map((one): Expression => ({ kind: 'test', field: path, test: one }))),
      ),
    );
  }
  function referred(test: Test): readonly Test[] {
    return test.kind === 'fieldref' ? pathsOf(test.other, of, source).map((other) => ({ ...test, other })) : [test];
  }
}

function applicable(of: LogSource, source: EventSource): readonly Transformation[] {
  return source.transformations.filter((step) => step.of === undefined || fits(step.of, of));
}

/** `a` maps `a.b` as well: a rule may look deeper than the mapping names. */
function mapped(name: string, mapping: ReadonlyMap<string, readonly string[]>): readonly string[] {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    const found = mapping.get(name.slice(0, end));
    if (found !== undefined) return found.map((prefix) => prefix + name.slice(end));
  }
  return [name];
}

function valuesOf(test: Test, field: string | undefined, steps: readonly Transformation[]): readonly Test[] {
  const plain = test.kind === 'pattern' ? plainText(test.pattern) : undefined;
  if (test.kind !== 'pattern' || plain === undefined) return [test];
  for (const step of steps) {
    if (step.type !== 'map_string' || (step.fields !== undefined && !step.fields.includes(field ?? ''))) continue;
    const values = step.mapping.get(plain.toLowerCase());
    if (values !== undefined) return values.map((value) => ({ ...test, pattern: parsePattern(value) }));
  }
  return [test];
}

function oneOf(parts: readonly Expression[]): Expression {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'or', parts };
}
