/** Events of agents for tests, as an instrumented agent sends them and as the real format reads them. */
import type { Detected, SeenEvent, StreamDetector } from '@firebreak/contract';
import { normalise } from '../../../events/normalise.ts';

export interface Told {
  readonly tool?: string;
  readonly given?: unknown;
  readonly result?: unknown;
  readonly outcome?: 'refused' | 'failed';
  readonly agent?: string;
  readonly conversation?: string;
  readonly task?: string;
  readonly user?: string;
  readonly server?: string;
  readonly pod?: string;
  /** What the user said: then it is no call. */
  readonly said?: string;
  /** Further attributes. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const begins = Date.parse('2026-11-02T08:00:00Z');

/** @param at seconds since the test's beginning */
export function told(at: number, { tool, given, result, outcome, said, pod, more, ...who }: Told): SeenEvent {
  const { agent = 'helper', conversation = 'one', task, user, server } = who;
  const attributes = {
    'gen_ai.agent.name': agent,
    'gen_ai.conversation.id': conversation,
    'gen_ai.operation.name': tool === undefined ? 'chat' : 'execute_tool',
    'gen_ai.tool.name': tool,
    'gen_ai.tool.call.arguments': given,
    'gen_ai.tool.call.result': result,
    'gen_ai.workflow.name': task,
    'user.id': user,
    'server.address': server,
    'error.type': outcome === 'refused' ? 'permission_denied' : outcome,
    'gen_ai.input.messages':
      said === undefined ? undefined : [{ role: 'user', parts: [{ type: 'text', content: said }] }],
    ...more,
  };
  const key = JSON.stringify([at, attributes]);
  return read({
    resource: pod === undefined ? [] : pairs({ 'k8s.namespace.name': 'agents', 'k8s.pod.name': pod }),
    span: {
      traceId: 'trace',
      spanId: Buffer.from(key).toString('base64'),
      startTimeUnixNano: `${begins + at * 1000}000000`,
      attributes: pairs(attributes),
      status: outcome === undefined ? {} : { code: 2 },
    },
  });
}

/** Any event of any log. */
export function read(raw: unknown): SeenEvent {
  const [found] = normalise(raw, { locator: 'test', received: new Date(begins).toISOString() });
  if (found === undefined || !('event' in found)) throw new Error(JSON.stringify(found));
  return found;
}

function pairs(attributes: Readonly<Record<string, unknown>>) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [{ key, value: { stringValue: typeof value === 'string' ? value : JSON.stringify(value) } }],
  );
}

/** What a detector says of events, the last hour after them included. */
export function heard(
  detector: StreamDetector,
  events: readonly SeenEvent[],
  state?: unknown,
): { readonly found: Detected[]; readonly state: unknown } {
  const runs = detector.start(state);
  const found = events.flatMap((event) => [...runs.see(event)]);
  return { found, state: JSON.parse(JSON.stringify(runs.state())) };
}
