/** What logs say of approvals, from the wire to a sentence; policies that want one; and calls against one. */
import type { SeenEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { outsideScope } from '../detection/agent/scope/outside-scope.ts';
import { readTaskScope } from '../detection/agent/scope/read-scope.ts';
import againstApproval from '../detection/stream/agent/against-approval.ts';
import { approvalWords } from './approval.ts';
import { normalise } from './normalise.ts';

const place = { locator: 'test', received: '2026-11-21T00:00:00.000Z' };
const seen = (value: unknown): SeenEvent[] =>
  [...normalise(value, place)].flatMap((each) => ('event' in each ? [each] : []));
type Told = Readonly<Record<string, string | boolean>>;
const attributes = (told: Told) =>
  Object.entries(told).map(([key, value]) => ({
    key,
    value: typeof value === 'boolean' ? { boolValue: value } : { stringValue: value },
  }));
let spans = 0;
const call = (told: Told, error = false) => {
  spans += 1;
  const all = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'refund',
    'gen_ai.agent.name': 'support-agent',
    ...told,
  };
  const span = {
    traceId: 'ab'.repeat(16),
    spanId: spans.toString(16).padStart(16, '0'),
    startTimeUnixNano: '1795600000000000000',
    attributes: attributes(all),
    ...(error ? { status: { code: 2 } } : {}),
  };
  return {
    resourceSpans: [
      { resource: { attributes: attributes({ 'service.name': 'desk' }) }, scopeSpans: [{ spans: [span] }] },
    ],
  };
};
const log = (eventName: string, told: Told) => ({
  resourceLogs: [
    {
      resource: { attributes: attributes({ 'service.name': 'claude-code' }) },
      scopeLogs: [{ logRecords: [{ timeUnixNano: '1795600000000000000', eventName, attributes: attributes(told) }] }],
    },
  ],
});

test.each<[string, unknown, object | undefined]>([
  ['nothing is told', call({}), undefined],
  ['who', call({ approved_by: 'ann' }), { state: 'approved', by: 'ann' }],
  [
    'who and when',
    call({ 'approval.status': 'approved', 'approval.by': 'ann', approved_at: '2026-11-20T10:00:00Z' }),
    { state: 'approved', by: 'ann', at: '2026-11-20T10:00:00.000Z' },
  ],
  ['a yes', call({ 'tool.approved': true }), { state: 'approved' }],
  ['a no', call({ 'hitl.decision': 'Rejected', approver: 'ben' }), { state: 'rejected', by: 'ben' }],
  ['wanted and not given', call({ needs_approval: true }), { state: 'pending' }],
  ['a setting', call({ decision: 'accept', source: 'config' }), { state: 'automatic' }],
  [
    'a person of a coding agent',
    log('claude_code.tool_decision', { tool_name: 'Bash', decision: 'reject', source: 'user_reject' }),
    { state: 'rejected' },
  ],
  [
    'an answer to an MCP server',
    call({ 'mcp.method.name': 'elicitation/create', 'mcp.response.value': '{"action":"decline"}' }),
    { state: 'rejected' },
  ],
  ['a word that nobody knows', call({ 'approval.status': 'perhaps' }), undefined],
])('%s', (_, value, approval) => {
  const [only, ...more] = seen(value);
  expect(more).toEqual([]);
  expect(only?.event.approval).toEqual(approval);
});

test('in words', () => {
  expect(approvalWords({ state: 'approved', by: 'ann', at: '2026-11-20T10:00:00.000Z' })).toBe(
    'approved by ann at 2026-11-20T10:00:00.000Z, as its log says',
  );
  expect(approvalWords({ state: 'automatic' })).toBe('approved by a setting: nobody was asked');
});

test('a scope that wants a person is not content with less', () => {
  const read = readTaskScope(
    'desk.yaml',
    'scope: desk\nagents: [support-agent]\nallow:\n  - tools: [refund]\n    approval: required\n',
  );
  if ('problem' in read) throw new Error(read.problem.reason);
  const notes = (told: Told) =>
    seen(call(told)).flatMap((each) => [...outsideScope([read.scope]).start().see(each)].map(({ note }) => note));
  expect(notes({ approved_by: 'ann' })).toEqual([]);
  expect(notes({})).toEqual([expect.stringContaining("it wants a person's approval, and its log tells of none")]);
  expect(notes({ decision: 'auto' })).toEqual([expect.stringContaining('was approved by a setting: nobody was asked')]);
  expect(readTaskScope('d.yaml', 'scope: d\nagents: [a]\nallow:\n  - tools: [b]\n    approval: maybe\n')).toMatchObject(
    {
      problem: { line: 5 },
    },
  );
});

test('what was rejected, or not answered, and done all the same is told once', () => {
  const runs = againstApproval.start();
  const found = [
    call({ 'approval.status': 'rejected', approver: 'ann' }),
    call({ 'approval.status': 'rejected', approver: 'ann' }),
    call({ needs_approval: true, 'gen_ai.tool.name': 'export' }),
    call({ 'approval.status': 'rejected', 'gen_ai.tool.name': 'other' }, true),
    call({ approved_by: 'ann', 'gen_ai.tool.name': 'fine' }),
  ].flatMap((value) => seen(value).flatMap((each) => [...runs.see(each)]));
  expect(found.map(({ note }) => note)).toEqual([
    '"refund" was done although it was rejected by ann.',
    '"export" was done although it waited for an approval.',
  ]);
});
