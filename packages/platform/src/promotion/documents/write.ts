/** One material in every form that it is written in. */
import { type BomForm, FirebreakError } from '@firebreak/contract';
import { cycloneDx } from './cyclonedx.ts';
import { croissant, lineageAsMarkdown } from './dataset-lineage.ts';
import type { BomMaterial } from './material.ts';
import { cardAsMarkdown, cardOf } from './model-card.ts';
import { spdx } from './spdx.ts';

/** @param version of Firebreak */
export function bomAs(form: BomForm, material: BomMaterial, version: string): Record<string, unknown> {
  return { cyclonedx: cycloneDx, spdx }[form](material, version);
}

/**
 * The card of the model that the material is about (as Markdown and CycloneDX), or its data (as Markdown and Croissant).
 *
 * @param metadata of a card that its makers wrote, parsed
 * @throws FirebreakError FB-USAGE where the material is about no single model
 */
export function modelDocument(
  which: 'card' | 'lineage',
  material: BomMaterial,
  metadata: unknown,
): { markdown: string; data: Record<string, unknown> } {
  const { subject } = material;
  if (subject === undefined) throw new FirebreakError('FB-USAGE', 'Which model?');
  if (which === 'lineage')
    return { markdown: lineageAsMarkdown(subject, material), data: croissant(subject, material) };
  const card = cardOf(subject, material, metadata);
  const { promotion, ...rest } = card;
  return {
    markdown: cardAsMarkdown(card, material.at),
    data: { ...rest, ...(promotion === undefined ? {} : { promotion: promotion.decision }) },
  };
}
