import { driftDetector } from '../../drift/drift-detector.ts';

/** Why the model answers as it does, as far as its team measures that. */
export default driftDetector({
  id: 'model/explanations',
  severity: 'medium',
  title: 'A model decides on other grounds than in its reference',
  techniques: ['atlas.aml.t0018', 'atlas.aml.t0020', 'llm.llm04'],
  explain: {
    what: 'Attributions or other measures of explanations of a window differ from the reference.',
    why: 'A backdoor makes one feature decide; attributions move although answers as a whole may not.',
    next: 'Compare the served version with the registry’s, and test the model with and without the feature that gained weight.',
  },
  metrics: ({ explanation }) => explanation,
});
