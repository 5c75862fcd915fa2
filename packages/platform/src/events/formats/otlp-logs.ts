/**
 * Log records of OpenTelemetry about generative AI (`{"resourceLogs": […]}`): the events of the semantic conventions, new and old.
 * A record whose body is an event of another format is read as that (`envelopes/otlp-log-body.ts`); other records say nothing
 * that happened here.
 */
import type { EventFormat } from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';
import { approvalOf } from '../approval.ts';
import { moment } from '../moment.ts';
import { attributesOf, textOf } from '../otlp/attributes.ts';
import { activityOf, actorOf, millisecondsOf, operationOf, subjectOf, targetsOf } from '../otlp/gen-ai.ts';
import { told } from '../told.ts';

/** What coding agents log of a person's, or a setting's, answer to the question whether a tool may be used. */
const decision = /^(?:claude_code|codex)\.tool_decision$/;

export default {
  id: 'otlp-logs',
  title: 'OpenTelemetry log records of generative AI',
  systems: ['agent'],
  is: (value) => record(field(value, 'log')) !== undefined && Array.isArray(field(value, 'resource')),
  unwrap: (value) => (Array.isArray(field(value, 'resourceLogs')) ? [...records(value)] : undefined),
  read(value) {
    const log = field(value, 'log');
    const attributes = attributesOf(field(log, 'attributes'));
    const name = textAt(log, 'eventName') ?? textOf(attributes, 'event.name') ?? '';
    const isOfModels = name.startsWith('gen_ai.');
    const decided = decision.test(name) ? 'decide on a tool call' : undefined;
    const operation = operationOf(attributes) ?? (isOfModels ? 'chat' : decided);
    if (operation === undefined) return undefined;
    const resource = attributesOf(field(value, 'resource'));
    const error = textOf(attributes, 'error.type', 'exception.type');
    const subject = isOfModels ? name : (subjectOf(attributes) ?? textOf(attributes, 'tool_name'));
    return {
      time: moment(millisecondsOf(field(log, 'timeUnixNano')) ?? millisecondsOf(field(log, 'observedTimeUnixNano'))),
      system: textOf(resource, 'service.name') ?? 'agent',
      actor: actorOf(attributes, resource, textAt(log, 'traceId')),
      operation: subject === undefined ? operation : `${operation} ${subject}`,
      // A message is part of a call that its span tells of: told twice, it must not count twice.
      activity: /^gen_ai\.(\w+\.message|choice)$/.test(name) ? 'other' : activityOf(operation),
      targets: targetsOf(attributes, operation),
      outcome: error === undefined ? 'done' : 'failed',
      ...told({ reason: error, approval: approvalOf(value) }),
    };
  },
} satisfies EventFormat;

function* records(value: unknown): Generator<unknown> {
  for (const group of array(field(value, 'resourceLogs'))) {
    const resource = array(at(group, 'resource', 'attributes'));
    for (const scope of array(field(group, 'scopeLogs')))
      for (const log of array(field(scope, 'logRecords'))) yield { resource, log };
  }
}
