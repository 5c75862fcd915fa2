import { driftDetector } from '../../drift/drift-detector.ts';

/** What the model is asked: each feature, and those that go missing. */
export default driftDetector({
  id: 'model/features',
  severity: 'low',
  title: 'A model is asked about different inputs from its reference',
  techniques: ['atlas.aml.t0020', 'atlas.aml.t0043', 'llm.llm04'],
  explain: {
    what: 'The distribution of input features of a window differs from that of the reference.',
    why: 'A feature pipeline that was changed or poisoned, or a client that probes the model, shows in the inputs.',
    next: 'See what changed upstream when it began (firebreak telemetry): datasets, feature store, pipeline.',
  },
  metrics: ({ features }) => features,
});
