/** Playbooks in a few words. Steps are named by words; ids are made of them. */
import { createHash } from 'node:crypto';
import { extensionDefinitionObject, extensionId, firebreakIdentity } from '../extension.ts';

const agent = idOf('group', 'team');

export function idOf(type: string, name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${type}--${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface WrittenStep {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** @param steps by name; links are names too */
export function written(
  steps: Readonly<Record<string, WrittenStep>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const stepId = (name: string) => idOf(steps[name]?.type ?? 'action', name);
  const linked = (step: WrittenStep) =>
    Object.fromEntries(
      Object.entries(step).map(([key, value]): [string, unknown] => {
        if (key === 'next_steps') return [key, (value as string[]).map(stepId)];
        if (key === 'cases')
          return [key, Object.fromEntries(Object.entries(value as object).map(([k, to]) => [k, stepId(to)]))];
        return [key, key.startsWith('on_') ? stepId(value as string) : value];
      }),
    );
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: idOf('playbook', 'written'),
    name: 'A playbook',
    created_by: firebreakIdentity,
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    workflow_start: stepId('start'),
    workflow: Object.fromEntries(Object.entries(steps).map(([name, step]) => [stepId(name), linked(step)])),
    agent_definitions: { [agent]: { type: 'group', name: 'Team' } },
    extension_definitions: { [extensionId]: { ...extensionDefinitionObject } },
    ...more,
  };
}

/** An action step that a person does. */
export function byHand(text: string, next: string, more: object = {}): WrittenStep {
  return {
    type: 'action',
    name: text,
    commands: [{ type: 'manual', command: text }],
    agent,
    on_completion: next,
    ...more,
  };
}

/** An action step with our extension. */
export function ours(said: object, next: string, more: object = {}): WrittenStep {
  return byHand('ours', next, { step_extensions: { [extensionId]: said }, ...more });
}

export const start = (next: string): WrittenStep => ({ type: 'start', on_completion: next });
export const end: WrittenStep = { type: 'end' };
