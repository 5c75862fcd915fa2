/**
 * Selectors: which nodes a person means to protect.
 *
 *     default                     the crown jewels that the node rules mark
 *     class=model                 an asset class
 *     kind=Secret, namespace=prod, name=…, id=…
 *     label:tier=gold             a label of the object
 *
 * Terms joined by commas must all hold; alternatives are joined by semicolons. A value may end in `*` for any ending;
 * nothing else is a pattern. A backslash takes the next character as it is, since foreign names may hold `,`, `;` and `*`.
 */
import { type AssetClass, assetClasses, FirebreakError, type GraphNode } from '@firebreak/contract';
import type { AttackGraph } from './attack-graph.ts';

type Term = (node: GraphNode) => boolean;

/** A selector in the form that is tested: any of the alternatives, all terms of it. */
export type Selector = readonly (readonly Term[])[];

/** The nodes that a selector means, numbers ascending, hubs never. @throws FirebreakError FB-SELECTOR-INVALID */
export function selectNodes(graph: AttackGraph, selector: string | readonly string[]): number[] {
  const alternatives = parseSelector(selector);
  return graph.nodes.flatMap((node, index) =>
    !graph.isHub(index) && alternatives.some((terms) => terms.every((holds) => holds(node))) ? [index] : [],
  );
}

/**
 * @param text one selector, or several of which any may hold
 * @throws FirebreakError FB-SELECTOR-INVALID with `selector`, `position` (0-based) and `term` in the detail
 */
export function parseSelector(text: string | readonly string[]): Selector {
  if (typeof text !== 'string') return text.flatMap((one) => parseSelector(one));
  return split(text, 0, ';').map(({ text: alternative, start }) =>
    split(alternative, start, ',').map((term) => parseTerm(term, text)),
  );
}

interface Piece {
  readonly text: string;
  /** Where it begins in the whole selector. */
  readonly start: number;
}

/** Pieces between separators that no backslash precedes; at least one. */
function split(text: string, start: number, separator: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      pieces.push({ text: text.slice(from, at), start: start + from });
      from = at + 1;
    }
  }
  pieces.push({ text: text.slice(from), start: start + from });
  return pieces;
}

function parseTerm(piece: Piece, selector: string): Term {
  const invalid = (why: string, offset = 0) =>
    new FirebreakError('FB-SELECTOR-INVALID', `${why} (position ${piece.start + offset + 1}).`, {
      detail: { selector, position: piece.start + offset, term: piece.text },
    });
  const text = piece.text.trim();
  const indent = piece.text.length - piece.text.trimStart().length;
  if (text === '') throw invalid('A term is missing');
  if (text === 'default') return (node) => node.jewel !== undefined;
  const equals = text.indexOf('=');
  if (equals < 0) throw invalid(`"${text}" is no term: it has no "="`, indent);
  const key = text.slice(0, equals).trimEnd();
  const matches = parseValue(text.slice(equals + 1).trimStart());
  if (matches === undefined) throw invalid(`"${key}" has no value`, indent + equals + 1);

  if (key.startsWith('label:') && key.length > 'label:'.length) {
    const label = key.slice('label:'.length);
    return (node) => matches(node.labels?.[label]);
  }
  switch (key) {
    case 'class':
      if (!assetClasses.some((known) => matches(known))) {
        throw invalid(`There is no such class; known are ${assetClasses.join(', ')}`, indent + equals + 1);
      }
      return (node) => matches(node.class satisfies AssetClass);
    case 'kind':
      return (node) => matches(node.kind);
    case 'namespace':
      return (node) => matches(node.namespace);
    case 'name':
      return (node) => matches(node.name);
    case 'id':
      return (node) => matches(node.id);
    default:
      throw invalid(`"${key}" is not one of default, class, kind, namespace, name, id, label:<key>`, indent);
  }
}

/** A value as a test, undefined when it is empty. */
function parseValue(text: string): ((value: string | undefined) => boolean) | undefined {
  if (text === '') return undefined;
  let wanted = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '*' && at === text.length - 1) return (value) => value?.startsWith(wanted) ?? false;
    if (text[at] === '\\' && at + 1 < text.length) at += 1;
    wanted += text[at];
  }
  return (value) => value === wanted;
}
