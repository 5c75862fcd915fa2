/** A model card: what it is, what it was made from, how it did, what is known against it. From the estate, the gate and a card of its makers. */
import type { PromotionRecord } from '@firebreak/contract';
import { array, field, printable, record, text, textAt } from '../../intake/foreign.ts';
import type { BomMaterial, Thing } from './material.ts';

export interface Card {
  readonly name: string;
  readonly ref: string;
  readonly version: string | undefined;
  readonly owner: string | undefined;
  readonly digests: readonly string[];
  readonly task: string | undefined;
  readonly datasets: readonly Thing[];
  readonly madeFrom: readonly Thing[];
  readonly usedBy: readonly Thing[];
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  readonly limitations: readonly string[];
  readonly promotion: PromotionRecord | undefined;
  /** What its makers say, as Hugging Face's cards do; nobody checked it. */
  readonly makersSay: Readonly<Record<string, string>>;
}

/** Keys of a Hugging Face card's metadata that are taken over. */
const said = ['license', 'language', 'library_name', 'pipeline_tag', 'base_model', 'datasets', 'tags'];

/** @param metadata front matter of a card that its makers wrote, parsed */
export function cardOf(thing: Thing, material: BomMaterial, metadata?: unknown): Card {
  const { links, things } = material;
  const up = reachable(thing.ref, (ref) => links.flatMap(({ from, to }) => (to === ref ? [from] : [])));
  const down = reachable(thing.ref, (ref) => links.flatMap(({ from, to }) => (from === ref ? [to] : [])));
  const madeFrom = things.filter(({ ref, kind }) => up.has(ref) && kind !== 'service');
  const unidentified = madeFrom.filter(
    ({ kind, version, digests }) => kind !== 'process' && version === undefined && digests.length === 0,
  ).length;
  const promotion = material.promotions.get(thing.ref);
  const evaluations = promotion?.findings.evaluations;
  const inspection = material.inspections.get(thing.ref);
  const makersSay = Object.fromEntries(
    said.flatMap((key) => {
      const value = field(metadata, key);
      const words = [text(value), ...array(value).map(text)].filter((word) => word !== undefined);
      return words.length === 0 ? [] : [[key, printable(words.slice(0, 50).join(', '), 500)]];
    }),
  );
  return {
    name: thing.name,
    ref: thing.ref,
    version: thing.version,
    owner: thing.owner,
    digests: thing.digests,
    task: textAt(metadata, 'pipeline_tag'),
    datasets: madeFrom.filter(({ kind }) => kind === 'data'),
    madeFrom,
    usedBy: things.filter(({ ref }) => down.has(ref) && !up.has(ref)),
    metrics:
      evaluations?.state === 'read'
        ? Object.entries(evaluations.metrics).map(([name, value]) => ({ name, value }))
        : [],
    limitations: [
      ...(inspection !== undefined && inspection.verdict !== 'safe'
        ? [`Inspection of its files: ${inspection.verdict}.`]
        : []),
      ...(promotion?.decision.requirements ?? []).flatMap(({ state, what, why }) =>
        state === 'met' ? [] : [`Not met: ${what}. ${why}`],
      ),
      ...(unidentified === 0
        ? []
        : [`Of ${unidentified} of the things that it was made from it is not known which state was used.`]),
      ...(material.completeness.answer === 'limited'
        ? ['Not everything that could say something about it was read.']
        : []),
    ],
    promotion,
    makersSay: record(metadata) === undefined ? {} : makersSay,
  };
}

/** Markdown that shows foreign names as text. */
export function cardAsMarkdown(card: Card, at: string): string {
  const rows = (things: readonly Thing[]) =>
    things.length === 0
      ? 'None known.'
      : [
          '| what | kind | version | digest |',
          '|---|---|---|---|',
          ...things.map(
            ({ ref, kind, version = '', digests }) =>
              `| ${cell(ref)} | ${kind} | ${cell(version)} | ${cell(digests.join(', '))} |`,
          ),
        ].join('\n');
  const { signature, provenance } = card.promotion?.findings ?? {};
  return [
    `# Model card: ${cell(card.name)}`,
    [
      `- Node: ${cell(card.ref)}`,
      `- Version: ${cell(card.version ?? 'not known')}`,
      `- Owner: ${cell(card.owner ?? 'not known')}`,
      `- Digests: ${card.digests.length === 0 ? 'not known' : cell(card.digests.join(', '))}`,
      `- Written: ${at}`,
    ].join('\n'),
    '## Made from',
    rows(card.madeFrom),
    '## Used by',
    rows(card.usedBy),
    '## Evaluation',
    card.metrics.length === 0
      ? 'No evaluation is known.'
      : card.metrics.map(({ name, value }) => `- ${cell(name)}: ${value}`).join('\n'),
    '## Signature and provenance',
    [
      `- Signature: ${cell(signature?.why ?? 'The gate was not asked about it.')}`,
      `- Provenance: ${cell(provenance?.why ?? 'The gate was not asked about it.')}`,
      ...(card.promotion === undefined
        ? []
        : [
            `- Last decision: ${card.promotion.decision.decision} for ${cell(card.promotion.decision.request.stage)}, ${card.promotion.decision.request.at}`,
          ]),
    ].join('\n'),
    '## Limitations',
    card.limitations.length === 0 ? 'None known.' : card.limitations.map((each) => `- ${cell(each)}`).join('\n'),
    ...(Object.keys(card.makersSay).length === 0
      ? []
      : [
          '## What its makers say',
          [
            'Not checked by anybody here.',
            '',
            ...Object.entries(card.makersSay).map(([key, value]) => `- ${cell(key)}: ${cell(value)}`),
          ].join('\n'),
        ]),
    '',
  ].join('\n\n');
}

/** Characters that mean something in Markdown or HTML are shown as themselves. */
export function cell(text: string): string {
  return printable(text, 500).replace(/[\\`*_{}[\]<>|#&!]/g, (character) => `\\${character}`);
}

function reachable(start: string, next: (ref: string) => readonly string[]): Set<string> {
  const seen = new Set<string>([start]);
  for (const ref of seen) for (const other of next(ref)) seen.add(other);
  seen.delete(start);
  return seen;
}
