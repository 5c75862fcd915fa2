import { extractionDetector } from '../../extraction/extraction-detector.ts';

/** Clients that query to learn the model or its training data, rather than to use it. */
export default extractionDetector({
  id: 'extraction/client-queries',
  status: 'stable',
  severity: 'high',
  title: 'A client queries a model as for extraction, inversion or membership inference',
  needs: ['model-telemetry', 'litellm', 'otlp-spans'],
  techniques: ['atlas.aml.t0024', 'atlas.aml.t0024.000', 'atlas.aml.t0024.001', 'atlas.aml.t0024.002', 'llm.llm02'],
  explain: {
    what: 'Windows of queries of one client are, again and again, unlike those of natural clients of the same model.',
    why: 'Who copies a model or asks what it was trained on must send queries that serve that end, and their distribution shows it.',
    next: 'Throttle or limit the client’s key while you look at its queries, and ask its owner what it is for.',
  },
  falsePositives: [
    'A load test, an evaluation or a red team with a key of its own.',
    'A customer with a new use of the model.',
    'A client that was an attacker while natural traffic was learned is taken for natural.',
  ],
});
