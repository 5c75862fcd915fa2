import { expect, test } from 'vitest';
import { webhookConfiguration } from './configuration.ts';
import { promotedBy } from './promoted-objects.ts';
import { type AdmissionQuestion, answerReview } from './review.ts';

const container = (image: string) => ({ name: 'c', image });
const pod = (...images: string[]) => ({ kind: 'Pod', spec: { containers: images.map(container) } });
const names = (object: unknown, before: unknown = null) =>
  promotedBy(object, before).subjects.map(({ kind, name }) => `${kind} ${name}`);

test('what an object would run: containers of all sorts, templates at every depth, models of every component', () => {
  const spec = {
    initContainers: [container('a')],
    containers: [container('b')],
    ephemeralContainers: [container('c')],
  };
  expect(names({ kind: 'Pod', spec })).toEqual(['image a', 'image b', 'image c']);
  expect(names({ kind: 'Deployment', spec: { template: { spec } } })).toHaveLength(3);
  expect(names({ kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec } } } } })).toHaveLength(3);
  const service = {
    kind: 'InferenceService',
    spec: {
      predictor: { model: { storageUri: 's3://m/1', image: 'runtime' }, containers: [container('side')] },
      transformer: { containers: [container('before')] },
      explainer: { sklearn: { storage: { path: 'explain' } } },
    },
  };
  expect(names(service)).toEqual([
    'model s3://m/1',
    'image runtime',
    'image side',
    'image before',
    'model storage:explain',
  ]);
});

test('images that are mounted, workers of several nodes, and models of LLMInferenceServices', () => {
  const volumes = [
    { name: 'weights', image: { reference: 'weights' } },
    { name: 'x', emptyDir: {} },
  ];
  expect(names({ kind: 'Pod', spec: { containers: [container('a')], volumes } })).toEqual(['image a', 'image weights']);
  const predictor = { model: { storageUri: 's3://m/1' }, workerSpec: { containers: [container('worker')] } };
  expect(names({ kind: 'InferenceService', spec: { predictor } })).toEqual(['model s3://m/1', 'image worker']);
  const llm = {
    kind: 'LLMInferenceService',
    spec: {
      model: { uri: 'hf://acme/llm' },
      template: { containers: [container('vllm')] },
      worker: { containers: [container('worker')] },
      prefill: { template: { containers: [container('prefill')] } },
    },
  };
  expect(names(llm)).toEqual(['model hf://acme/llm', 'image vllm', 'image worker', 'image prefill']);
});

test('what ran before the change is not asked about; the same twice is asked once', () => {
  expect(names(pod('a', 'b'), pod('a'))).toEqual(['image b']);
  expect(names(pod('a'), pod('a'))).toEqual([]);
  expect(names(pod('a', 'a'))).toEqual(['image a']);
  for (const odd of [null, 1, 'x', { spec: 3 }, { kind: 'Pod', spec: { containers: [{ image: 3 }, null] } }])
    expect(names(odd)).toEqual([]);
});

const review = (object: unknown, more: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'u', namespace: 'ml', object, oldObject: null, ...more },
});
const allow = { decision: 'allow' as const, requirements: [], request: { stage: 'production' } };

test('a yes needs a yes for everything; no answer is a no that says so', async () => {
  const asked: AdmissionQuestion[] = [];
  const answer = await answerReview(review(pod('good', 'bad'), { dryRun: true }), async (question) => {
    asked.push(question);
    if (question.subject.name === 'good') return allow;
    throw new Error('the server is away');
  });
  expect(answer?.response).toMatchObject({
    uid: 'u',
    allowed: false,
    status: { code: 403, message: expect.stringContaining('image bad could not be judged: the server is away') },
  });
  expect(asked.map(({ environment, dryRun }) => [environment, dryRun])).toEqual([
    ['ml', true],
    ['ml', true],
  ]);
  expect((await answerReview(review(pod('good')), async () => allow))?.response).toEqual({ uid: 'u', allowed: true });
  expect((await answerReview(review({ kind: 'ConfigMap' }), async () => allow))?.response.allowed).toBe(true);
});

test('more than is judged at once is refused, and what is no review is none', async () => {
  const many = pod(...Array.from({ length: 101 }, (_, index) => `image-${index}`));
  expect((await answerReview(review(many), async () => allow))?.response.allowed).toBe(false);
  for (const odd of [null, {}, { apiVersion: 'admission.k8s.io/v1beta1', request: { uid: 'u' } }])
    expect(await answerReview(odd, async () => allow)).toBeUndefined();
});

test('the configuration fails closed and leaves its own namespace out', () => {
  const made = JSON.stringify(
    webhookConfiguration({ namespace: 'firebreak', service: 'gate', ca: 'PEM', except: ['kube-system'] }),
  );
  expect(made).toContain('"failurePolicy":"Fail"');
  expect(made).toContain('"operator":"NotIn","values":["firebreak","kube-system"]');
  expect(made).toContain('"path":"/admission"');
});
