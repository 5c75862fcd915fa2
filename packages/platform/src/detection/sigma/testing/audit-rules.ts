/** An engine with rules on Kubernetes audit events: one that stands by itself (delete), and one that a correlation counts (read). */
import { SigmaEngine } from '../engine/sigma-engine.ts';
import type { EventSource } from '../sources/log-source.ts';

/** @param correlation of a rule named `read`, as YAML @param verb of the rule that stands by itself */
export function auditEngine(sources: readonly EventSource[], correlation: string, verb = 'delete'): SigmaEngine {
  const engine = new SigmaEngine({ sources });
  const text = `${auditRule('delete', verb, 'level: high\n')}---\n${correlation}---\n${auditRule('read', 'get')}`;
  engine.load([{ file: 'r.yml', text }]);
  return engine;
}

function auditRule(name: string, verb: string, more = ''): string {
  return `title: ${name}
id: ${name}
name: ${name}
logsource: {product: kubernetes, service: audit}
detection:
  s: {verb: ${verb}}
  condition: s
${more}`;
}
