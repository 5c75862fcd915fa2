import { driftDetector } from '../../drift/drift-detector.ts';

/** How sure the model is. */
export default driftDetector({
  id: 'model/confidence',
  severity: 'medium',
  title: 'A model is more or less sure than in its reference',
  techniques: ['atlas.aml.t0018', 'atlas.aml.t0031', 'llm.llm04'],
  explain: {
    what: 'The distribution of confidence of a window differs from that of the reference.',
    why: 'Low confidence follows inputs that the model was not made for, high confidence a trigger that was trained in.',
    next: 'Look for a dataset or model change when it began (firebreak telemetry), and at the inputs with the least confidence.',
  },
  metrics: ({ confidence }) => (confidence === undefined ? undefined : { confidence }),
});
