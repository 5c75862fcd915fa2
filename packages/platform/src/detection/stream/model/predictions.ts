import { driftDetector } from '../../drift/drift-detector.ts';

/** What the model answers: classes, numbers, scores. */
export default driftDetector({
  id: 'model/predictions',
  severity: 'medium',
  title: 'A model answers differently from its reference',
  techniques: ['atlas.aml.t0018', 'atlas.aml.t0020', 'atlas.aml.t0031', 'llm.llm04'],
  explain: {
    what: 'The distribution of predictions or scores of a window differs from that of the reference.',
    why: 'A replaced or poisoned model, changed data or a changed prompt shows in what it answers before anybody complains.',
    next: 'See what else happened when it began (firebreak telemetry); compare the served version with the registry’s.',
  },
  metrics: ({ prediction, score }) =>
    prediction === undefined && score === undefined
      ? undefined
      : { ...(prediction === undefined ? {} : { prediction }), ...(score === undefined ? {} : { score }) },
});
