/** Parts of a document that are lists of text, or one text where a list is meant. */
import type { Marked } from '../../../intake/marked-yaml.ts';

/** Undefined when it is neither text nor a list of texts. */
export function textsOf(value: Marked | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const items = value.kind === 'list' ? value.items : [value];
  const texts = items.map((item) => (item.kind === 'scalar' && item.value !== null ? item.text : undefined));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
