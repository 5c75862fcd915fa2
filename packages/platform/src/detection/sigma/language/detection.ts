/** The `detection` section (and the `filter` section, which is one with a list of rules): selections, and a condition over them. */
import type { Marked, MarkedEntry, MarkedMap } from '../../../intake/marked-yaml.ts';
import { parseCondition, selections } from './condition.ts';
import { itemExpression, type Placeholders, parseKey, type WrittenValue } from './modifiers.ts';
import { type Expression, Refusal } from './rule.ts';

/** Values and selections of one rule. */
const maxParts = 20_000;
const maxDepth = 20;

/**
 * @param other entries of the section that are no selections.
 * @throws Refusal
 */
export function readDetection(section: MarkedMap, placeholders: Placeholders, other: readonly string[]): Expression {
  let parts = 0;
  const named = new Map<string, Expression>();
  const condition = section.entries.find(({ key }) => key === 'condition');
  if (condition === undefined) throw new Refusal(section.line, 'The section has no `condition`.');
  for (const entry of section.entries)
    if (entry.key !== 'condition' && !other.includes(entry.key)) named.set(entry.key, selection(entry.value, 0));
  const conditions = conditionsOf(condition).map(({ text, line }) => parseCondition(text, line, selections(named)));
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind: 'or', parts: conditions };

  function selection(value: Marked, depth: number): Expression {
    if (depth > maxDepth)
      throw new Refusal(value.line, `A selection nests deeper than ${maxDepth} levels.`, 'FB-SIGMA-BOUND');
    if (value.kind === 'map') {
      if (value.entries.length === 0) throw new Refusal(value.line, 'A selection is empty.');
      return linked('and', value.entries.map(item));
    }
    if (value.kind === 'list') {
      if (value.items.length === 0) throw new Refusal(value.line, 'A selection is empty.');
      return linked(
        'or',
        value.items.map((one) => selection(one, depth + 1)),
      );
    }
    return itemExpression({ field: undefined, modifiers: [] }, [written(value)], value.line, placeholders);
  }
  function item({ key, value, line }: MarkedEntry): Expression {
    const values = value.kind === 'list' ? value.items.map(written) : [written(value)];
    return itemExpression(parseKey(key), values, line, placeholders);
  }
  function written(value: Marked): WrittenValue {
    parts += 1;
    if (parts > maxParts) throw new Refusal(value.line, `The rule has more than ${maxParts} values.`, 'FB-SIGMA-BOUND');
    if (value.kind !== 'scalar') throw new Refusal(value.line, 'A value is no text, number, boolean or null.');
    return { value: value.value, text: value.text, line: value.line };
  }
}

function linked(kind: 'and' | 'or', parts: readonly Expression[]): Expression {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind, parts };
}

/** One condition, or a list of them, of which one must hold. */
function conditionsOf({ value, line }: MarkedEntry): readonly { readonly text: string; readonly line: number }[] {
  const items = value.kind === 'list' ? value.items : [value];
  if (items.length === 0 || items.length > 100)
    throw new Refusal(line, 'The condition is an empty list, or one of more than 100.');
  return items.map((item) => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string')
      throw new Refusal(item.line, 'The condition is not text.');
    return { text: item.value, line: item.line };
  });
}
