/**
 * Events made of what rules ask for: fields with the values of any rule, in another case, with something before or behind. Most
 * real events satisfy no rule at all; these come close to many. None is null: whether that is there is answered differently by
 * different systems (see the modifiers, case by case).
 */
import { seeded } from '../../bench/random.ts';
import type { Expression } from '../../packages/platform/src/detection/sigma/language/rule.ts';

export type FlatEvent = Readonly<Record<string, string | number>>;

export function syntheticEvents(expressions: readonly Expression[], count: number, seed: number): readonly FlatEvent[] {
  const pools = new Map<string, (string | number)[]>();
  /** Fields that are asked for together. */
  const together = expressions.map((expression) => {
    const fields = new Map<string, (string | number)[]>();
    for (const { field, value } of asked(expression)) {
      fields.set(field, [...(fields.get(field) ?? []), value]);
      pools.set(field, [...(pools.get(field) ?? []), value]);
    }
    return [...fields];
  });
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const varied = (value: string | number): string | number => {
    const chance = random();
    if (typeof value === 'number') return chance < 0.8 ? value : String(value);
    if (chance < 0.5) return value;
    if (chance < 0.65) return value.toUpperCase();
    if (chance < 0.75) return `x${value}`;
    if (chance < 0.85) return `${value}x`;
    return `a ${value} b`;
  };
  return Array.from({ length: count }, () => {
    const event: Record<string, string | number> = {};
    for (const [field, values] of pick(together)) if (random() < 0.9) event[field] = varied(pick(values));
    for (const [field, values] of pools) if (random() < 0.05) event[field] = varied(pick(values));
    return event;
  });
}

function* asked(expression: Expression): Generator<{ readonly field: string; readonly value: string | number }> {
  if (expression.kind === 'not') yield* asked(expression.part);
  else if (expression.kind !== 'test') for (const part of expression.parts) yield* asked(part);
  else if (expression.field !== undefined) {
    const { field, test } = expression;
    if (test.kind === 'number' || test.kind === 'compare') yield { field, value: test.value };
    else if (test.kind === 'cidr') yield { field, value: test.written.replace(/\/.*/, '') };
    else if (test.kind === 'pattern')
      yield {
        field,
        value: test.pattern
          .map((part) => (typeof part === 'string' ? part : part.wildcard === 'many' ? 'zz' : '-'))
          .join(''),
      };
    else yield { field, value: 'something' };
  }
}
