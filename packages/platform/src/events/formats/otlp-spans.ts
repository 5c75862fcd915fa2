/**
 * Spans of OpenTelemetry about generative AI and MCP (`{"resourceSpans": […]}`). Spans about other things say nothing that happened
 * here. Source: the semantic conventions for generative AI and for MCP, and the OTLP specification ("JSON Protobuf Encoding").
 */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';
import { approvalOf } from '../approval.ts';
import { moment } from '../moment.ts';
import { type Attributes, attributesOf, textOf } from '../otlp/attributes.ts';
import { activityOf, actorOf, millisecondsOf, operationOf, subjectOf, targetsOf } from '../otlp/gen-ai.ts';
import { told } from '../told.ts';

export default {
  id: 'otlp-spans',
  title: 'OpenTelemetry spans of generative AI and MCP',
  systems: ['agent'],
  is: (value) => record(field(value, 'span')) !== undefined && Array.isArray(field(value, 'resource')),
  unwrap: (value) => (Array.isArray(field(value, 'resourceSpans')) ? [...spans(value)] : undefined),
  read(value) {
    const span = field(value, 'span');
    const attributes = attributesOf(field(span, 'attributes'));
    const operation = operationOf(attributes);
    if (operation === undefined) return undefined;
    const resource = attributesOf(field(value, 'resource'));
    const [trace, own] = [textAt(span, 'traceId'), textAt(span, 'spanId')];
    const subject = subjectOf(attributes);
    const outcome = outcomeOf(span, attributes);
    const reason = textAt(span, 'status', 'message') ?? textOf(attributes, 'error.type');
    return {
      time: moment(millisecondsOf(field(span, 'startTimeUnixNano'))),
      system: textOf(resource, 'service.name') ?? 'agent',
      actor: actorOf(attributes, resource, trace),
      operation: subject === undefined ? operation : `${operation} ${subject}`,
      activity: activityOf(operation),
      targets: targetsOf(attributes, operation),
      outcome,
      ...told({
        approval: approvalOf(value),
        reason: outcome === 'done' ? undefined : reason,
        ownId: trace === undefined || own === undefined ? undefined : `${trace}/${own}`,
      }),
    };
  },
} satisfies EventFormat;

function* spans(value: unknown): Generator<unknown> {
  for (const group of array(field(value, 'resourceSpans'))) {
    const resource = array(at(group, 'resource', 'attributes'));
    for (const scope of array(field(group, 'scopeSpans')))
      for (const span of array(field(scope, 'spans'))) yield { resource, span };
  }
}

/** Status code 2, or its name, is an error. */
function outcomeOf(span: unknown, attributes: Attributes): NormalEvent['outcome'] {
  const code = at(span, 'status', 'code');
  if (code !== 2 && code !== 'STATUS_CODE_ERROR') return 'done';
  const type = textOf(attributes, 'error.type') ?? '';
  const status = textOf(attributes, 'http.response.status_code') ?? '';
  return /\b40[13]\b|permission|denied|forbidden|unauthori[sz]ed/i.test(`${type.slice(0, 200)} ${status}`)
    ? 'refused'
    : 'failed';
}
