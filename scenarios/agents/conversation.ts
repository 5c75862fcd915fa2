/** What a generator says of one conversation; and the spans that an instrumented agent would send of it. */
export interface Call {
  readonly tool: string;
  readonly server?: string;
  readonly given: object;
  readonly result?: unknown;
  readonly outcome?: 'refused' | 'failed';
  readonly user?: string;
  readonly description?: string;
}
export interface Conversation {
  readonly agent: string;
  readonly task?: string;
  readonly user: string;
  /** What the user asks for. */
  readonly said: string;
  readonly calls: readonly Call[];
  /** Seconds from one call to the next, about. */
  readonly pace?: number;
  /** Which attack it is; absent for none. */
  readonly attack?: string;
}

/** OTLP/JSON, as the GenAI conventions write it. @param begins ms since 1970 */
export function spansOf(
  { agent, task, user, said, calls, pace = 4 }: Conversation,
  number: number,
  begins: number,
): unknown {
  const trace = number.toString(16).padStart(32, '0');
  const common = {
    'gen_ai.agent.name': agent,
    'gen_ai.conversation.id': `conversation-${number}`,
    'user.id': user,
    ...(task === undefined ? {} : { 'gen_ai.workflow.name': task }),
  };
  const span = (place: number, told: Record<string, unknown>, status: object) => ({
    traceId: trace,
    spanId: place.toString(16).padStart(16, '0'),
    startTimeUnixNano: `${begins + Math.round(place * pace * 1000)}000000`,
    attributes: Object.entries({ ...common, ...told }).map(([key, value]) => ({
      key,
      value: { stringValue: typeof value === 'string' ? value : JSON.stringify(value) },
    })),
    status,
  });
  const chat = span(
    0,
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'assistant-large',
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: said }] }],
    },
    {},
  );
  const spans = calls.map(({ tool, server, given, result, outcome, user: other, description }, place) =>
    span(
      place + 1,
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': tool,
        'gen_ai.tool.call.arguments': given,
        ...(server === undefined ? {} : { 'server.address': server }),
        ...(result === undefined ? {} : { 'gen_ai.tool.call.result': result }),
        ...(other === undefined ? {} : { 'user.id': other }),
        ...(description === undefined ? {} : { 'gen_ai.tool.description': description }),
        ...(outcome === undefined ? {} : { 'error.type': outcome === 'refused' ? 'permission_denied' : 'timeout' }),
      },
      outcome === undefined ? {} : { code: 2, message: outcome === 'refused' ? 'forbidden' : 'timed out' },
    ),
  );
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'agents' } }] },
        scopeSpans: [{ spans: [chat, ...spans] }],
      },
    ],
  };
}
