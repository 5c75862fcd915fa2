import { driftDetector } from '../../drift/drift-detector.ts';

/** How often it fails, and with what. */
export default driftDetector({
  id: 'model/errors',
  severity: 'medium',
  title: 'A model fails more or less often, or in other ways, than in its reference',
  techniques: ['atlas.aml.t0029', 'atlas.aml.t0031', 'llm.llm10'],
  explain: {
    what: 'The share of failed inferences of a window, or what they fail with, differs from the reference.',
    why: 'Denial of service, inputs that break parsers, filters that were switched off and half-finished deployments show here.',
    next: 'Group the failures by client and version, and see what was deployed when it began (firebreak telemetry).',
  },
  metrics: ({ failure }) =>
    failure === undefined
      ? undefined
      : { errors: failure === '' ? 0 : 1, 'error kind': failure === '' ? 'none' : failure },
});
