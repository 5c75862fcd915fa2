/**
 * What an object would have run: images of pods and of what makes pods, in containers and as volumes, models of KServe's services. What
 * ran before the change is no promotion, so that nobody is kept from labelling, scaling or deleting what runs already.
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
  const kind = textAt(object, 'kind');
  if (kind === 'InferenceService')
    return components.flatMap((component) => {
      const part = field(spec, component);
      return [...models(part), ...images(part), ...images(field(part, 'workerSpec'))];
    });
  if (kind === 'LLMInferenceService') {
    const uri = textAt(spec, 'model', 'uri');
    const parts = [spec, field(spec, 'prefill')].flatMap((part) => [field(part, 'template'), field(part, 'worker')]);
    return [...(uri === undefined ? [] : [model(uri)]), ...parts.flatMap(images)];
  }
  // A pod, what has a template of pods, and what has a template of those.
  return [spec, at(spec, 'template', 'spec'), at(spec, 'jobTemplate', 'spec', 'template', 'spec')].flatMap(images);
}

const image = (name: string): PromotionSubject => ({ kind: 'image', name, byDigest: false });
const model = (name: string): PromotionSubject => ({ kind: 'model', name, byDigest: false });

/** Of containers, and those that are mounted as volumes, as models in images are. */
function images(podSpec: unknown): PromotionSubject[] {
  return [
    ...containerLists.flatMap((list) => array(field(podSpec, list)).map((container) => textAt(container, 'image'))),
    ...array(field(podSpec, 'volumes')).map((volume) => textAt(volume, 'image', 'reference')),
  ].flatMap((name) => (name === undefined ? [] : [image(name)]));
}

/** `model: {storageUri}` and the older `sklearn: {storageUri}`; a `storage` names no place that anybody else can look at. */
function models(component: unknown): PromotionSubject[] {
  return Object.values(record(component) ?? {}).flatMap((part) => {
    const uri = textAt(part, 'storageUri');
    const path = textAt(part, 'storage', 'path');
    const name = textAt(part, 'image');
    return [
      ...(uri === undefined ? [] : [model(uri)]),
      ...(path === undefined ? [] : [model(`storage:${path}`)]),
      ...(name === undefined ? [] : [image(name)]),
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
