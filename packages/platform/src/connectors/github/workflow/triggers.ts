/** `on:` in its three forms: one event, a list of events, events with filters. */
import type { WorkflowTrigger } from '@firebreak/contract';
import type { Marked, MarkedEntry } from '../../../intake/marked-yaml.ts';
import { booleanOf, defined, entriesOf, mapOf, markOf, type Problems, textOf, textsOf } from './parts.ts';

export function triggersOf(on: Marked, problems: Problems): WorkflowTrigger[] {
  if (on.kind === 'map') return on.entries.map((entry) => triggerOf(entry, problems));
  return textsOf(on).map((text) => triggerOf({ key: text.value, ...markOf(text), value: nothing }, problems));
}

const nothing: Marked = { kind: 'scalar', value: null, text: '', style: 'plain', line: 1, column: 1 };

function triggerOf({ key, line, column, value }: MarkedEntry, problems: Problems): WorkflowTrigger {
  if (value.kind === 'scalar' && value.value !== null)
    problems.push({ line: value.line, reason: 'An event of `on` is text where its filters should be.' });
  const filters = mapOf(value);
  const texts = (name: string) => textsOf(filters.get(name)?.value);
  const crons = value.kind === 'list' ? value.items.flatMap((item) => textsOf(mapOf(item).get('cron')?.value)) : [];
  return {
    event: key,
    line,
    column,
    types: texts('types'),
    branches: texts('branches'),
    branchesIgnore: texts('branches-ignore'),
    tags: texts('tags'),
    tagsIgnore: texts('tags-ignore'),
    paths: texts('paths'),
    pathsIgnore: texts('paths-ignore'),
    workflows: texts('workflows'),
    cron: crons,
    inputs: inputsOf(filters.get('inputs')?.value),
    outputs: outputsOf(filters.get('outputs')?.value),
    secrets: [...mapOf(filters.get('secrets')?.value).values()].map((entry) =>
      defined({ name: entry.key, ...markOf(entry), required: booleanOf(mapOf(entry.value).get('required')?.value) }),
    ),
  };
}

/** Inputs of a workflow or an action. */
export function inputsOf(part: Marked | undefined): WorkflowTrigger['inputs'] {
  return [...mapOf(part).values()].map((entry) => {
    const fields = mapOf(entry.value);
    return defined({
      name: entry.key,
      ...markOf(entry),
      type: textOf(fields.get('type')?.value)?.value,
      required: booleanOf(fields.get('required')?.value),
      default: textOf(fields.get('default')?.value, entry.key),
      options: textsOf(fields.get('options')?.value),
    });
  });
}

/** Outputs with the expression that makes them, which stands under `value`. */
export function outputsOf(part: Marked | undefined): WorkflowTrigger['outputs'] {
  return [...mapOf(part).values()].flatMap((entry) => {
    const [text] = entriesOf(entry.value).filter(({ key }) => key === 'value');
    return text === undefined ? [] : [{ key: entry.key, ...markOf(entry), text: text.text }];
  });
}
