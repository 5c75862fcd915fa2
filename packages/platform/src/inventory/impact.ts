/**
 * What the loss of an asset costs the business, 0 to 10. What its owner states counts; else how sensitive it is said to be; else
 * the middle, so that what nobody rated is neither forgotten nor first. Never the technology that it is made of.
 */
import type { GraphNode, Impact10 } from '@firebreak/contract';

const unrated = 5;

/** The words that classification schemes use, most severe first; the first that occurs in what is said counts. */
const bySensitivity: readonly (readonly [impact: number, words: readonly string[]])[] = [
  [10, ['top secret', 'critical', 'crown jewel']],
  [9, ['restricted', 'secret', 'regulated', 'phi', 'pii', 'pci', 'personal', 'special category']],
  [7, ['confidential', 'sensitive', 'high']],
  [4, ['internal', 'private', 'medium', 'moderate']],
  [1, ['public', 'open', 'low', 'none']],
];

export function impactOf({ about }: GraphNode): Impact10 {
  if (about?.impact !== undefined) return { value: Math.min(10, Math.max(0, about.impact)), from: 'stated' };
  if (about?.sensitivity !== undefined) {
    const said = ` ${about.sensitivity.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')} `;
    const level = bySensitivity.find(([, words]) => words.some((word) => said.includes(` ${word} `)));
    if (level !== undefined) return { value: level[0], from: 'sensitivity' };
  }
  return { value: unrated, from: 'default' };
}
