/** The texts of an event in which secrets are looked for: what was said to and by a model, and what tools were given and gave back. */
import { promptTextOf } from '../../events/prompt-text.ts';
import { toolCallOf } from '../../events/tool-call.ts';

export interface SaidText {
  readonly text: string;
  /** Who said it and in which field: `tool, gen_ai.input.messages`. */
  readonly path: string;
}

const mostTexts = 2000;
const deepest = 64;
/** The shortest secret that a rule of ours knows is longer. */
const shortest = 16;

export function saidTexts(raw: unknown): readonly SaidText[] {
  const said: SaidText[] = promptTextOf(raw).map(({ role, text, where }) => ({ text, path: `${role}, ${where}` }));
  const call = toolCallOf(raw);
  if (call !== undefined) {
    for (const text of stringsIn(call.arguments)) said.push({ text, path: `arguments of ${call.name}` });
    for (const text of stringsIn(call.result)) said.push({ text, path: `result of ${call.name}` });
  }
  return said.slice(0, mostTexts);
}

/** All texts in a value with the names of what they are in, as `name: text`: a rule may go by the name. */
function* stringsIn(value: unknown, name = '', depth = 0): Generator<string> {
  if (typeof value === 'string') {
    if (value.length >= shortest) yield name === '' ? value : `${name}: ${value}`;
  } else if (typeof value === 'object' && value !== null && depth < deepest)
    for (const [key, each] of Object.entries(value))
      yield* stringsIn(each, Array.isArray(value) ? name : key, depth + 1);
}
