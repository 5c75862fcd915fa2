/**
 * What an object would have run: images of pods and of what makes pods, models of KServe's InferenceServices. What ran before the
 * change is no promotion, so that nobody is kept from labelling, scaling or deleting what runs already.
 */
import type { PromotionSubject } from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';

/** Where signed statements about a model may stand: one JSON envelope, or a list. */
export const promotionAnnotation = 'firebreak.dev/promotion';

export interface Promoted {
  readonly subjects: readonly PromotionSubject[];
  readonly attestations: readonly unknown[];
}

const mostSubjects = 100;
const mostAttestations = 20;
const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];
/** Parts of an InferenceService that load a model or run containers. */
const components = ['predictor', 'transformer', 'explainer'];

/** @param before the object as it was; null for a new one */
export function promotedBy(object: unknown, before: unknown): Promoted {
  const old = new Set(runsOf(before).map(keyOf));
  const fresh = runsOf(object).filter((subject) => !old.has(keyOf(subject)));
  const distinct = [...new Map(fresh.map((subject) => [keyOf(subject), subject])).values()];
  return { subjects: distinct.slice(0, mostSubjects + 1), attestations: attestationsOf(object) };
}

/** More than is judged in one go is refused. */
export const tooMany = ({ subjects }: Promoted): boolean => subjects.length > mostSubjects;

const keyOf = ({ kind, name }: PromotionSubject) => `${kind} ${name}`;

function runsOf(object: unknown): PromotionSubject[] {
  const spec = field(object, 'spec');
  if (textAt(object, 'kind') === 'InferenceService')
    return components.flatMap((component) => {
      const part = field(spec, component);
      return [...models(part), ...images(part)];
    });
  // A pod, what has a template of pods, and what has a template of those.
  return [spec, at(spec, 'template', 'spec'), at(spec, 'jobTemplate', 'spec', 'template', 'spec')].flatMap(images);
}

function images(podSpec: unknown): PromotionSubject[] {
  return containerLists.flatMap((list) =>
    array(field(podSpec, list)).flatMap((container) => {
      const name = textAt(container, 'image');
      return name === undefined ? [] : [{ kind: 'image' as const, name, byDigest: false }];
    }),
  );
}

/** `model: {storageUri}` and the older `sklearn: {storageUri}`; a `storage` names no place that anybody else can look at. */
function models(component: unknown): PromotionSubject[] {
  return Object.values(record(component) ?? {}).flatMap((part) => {
    const uri = textAt(part, 'storageUri');
    const path = textAt(part, 'storage', 'path');
    const image = textAt(part, 'image');
    return [
      ...(uri === undefined ? [] : [{ kind: 'model' as const, name: uri, byDigest: false }]),
      ...(path === undefined ? [] : [{ kind: 'model' as const, name: `storage:${path}`, byDigest: false }]),
      ...(image === undefined ? [] : [{ kind: 'image' as const, name: image, byDigest: false }]),
    ];
  });
}

function attestationsOf(object: unknown): readonly unknown[] {
  const text = textAt(object, 'metadata', 'annotations', promotionAnnotation);
  if (text === undefined) return [];
  try {
    return [JSON.parse(text)].flat().slice(0, mostAttestations);
  } catch {
    return [];
  }
}
