/** Alerts of others become detections under their own names, each once. */
import type { Detected, SeenEvent, StreamDetector } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../events/normalise.ts';
import alertmanager from '../stream/foreign/alertmanager.ts';
import sarif from '../stream/foreign/sarif.ts';
import webhook from '../stream/foreign/webhook.ts';

const place = { locator: 'test', received: '2026-11-21T00:00:00.000Z' };
const seen = (value: unknown): SeenEvent[] =>
  [...normalise(value, place)].flatMap((each) => ('event' in each ? [each] : []));
function found(detector: StreamDetector, values: readonly unknown[], state?: unknown) {
  const runs = detector.start(state);
  const all: Detected[] = [];
  for (const value of values) for (const each of seen(value)) all.push(...runs.see(each));
  return { all, state: JSON.parse(JSON.stringify(runs.state())), forgotten: runs.forgotten?.() };
}

const alert = (more: object = {}, labels: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'TokenAbuse', severity: 'page', ...labels },
  annotations: { summary: 'A token is abused', description: 'By 10.0.0.7' },
  startsAt: '2026-11-20T10:00:00Z',
  fingerprint: 'f1',
  ...more,
});
const posted = (...alerts: object[]) => ({ version: '4', receiver: 'r', groupLabels: {}, alerts });

test('Alertmanager: by name, firing ones only, reminders once, across a restart', () => {
  const first = found(alertmanager, [
    posted(alert(), alert({ status: 'resolved', endsAt: '2026-11-20T11:00:00Z' })),
    posted(alert()),
  ]);
  expect(first.all).toMatchObject([
    {
      theirs: { detector: 'alertmanager/TokenAbuse', title: 'A token is abused' },
      severity: 'high',
      note: 'By 10.0.0.7',
    },
  ]);
  expect(found(alertmanager, [posted(alert())], first.state).all).toEqual([]);
  const again = posted(alert({ startsAt: '2026-11-20T12:00:00Z' }));
  expect(found(alertmanager, [again], first.state).all).toHaveLength(1);
  expect(found(alertmanager, [posted(alert())], { remembered: 'damaged' }).all).toHaveLength(1);
});

test('SARIF: by tool and rule, with severity and place; the same result of the next scan once', () => {
  const scan = (end: string, ...results: object[]) => ({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Scan',
            rules: [{ id: 'R1', shortDescription: { text: 'Bad thing' }, properties: { 'security-severity': '9.1' } }],
          },
        },
        invocations: [{ endTimeUtc: end }],
        results,
      },
    ],
  });
  const result = {
    ruleId: 'R1',
    message: { text: 'here' },
    partialFingerprints: { line: 'abc' },
    locations: [{ physicalLocation: { artifactLocation: { uri: 'a.py' }, region: { startLine: 7 } } }],
  };
  const { all } = found(sarif, [
    scan('2026-11-20T10:00:00Z', result, { ...result, kind: 'pass' }, { ...result, baselineState: 'unchanged' }),
    scan('2026-11-20T11:00:00Z', result),
    scan('2026-11-20T11:00:00Z', { ruleId: 'R2', level: 'note', message: { text: 'there' } }),
  ]);
  expect(all).toMatchObject([
    { theirs: { detector: 'sarif/Scan/R1', title: 'Bad thing' }, severity: 'critical', note: 'a.py:7: here' },
    { theirs: { detector: 'sarif/Scan/R2' }, severity: 'low', note: 'there' },
  ]);
});

test('described systems: by their id, with their words for severity, and only while it is open', () => {
  const falco = {
    rule: 'Shell in a container',
    priority: 'Critical',
    output: 'x',
    time: '2026-11-20T10:00:00.5Z',
    output_fields: { 'k8s.ns.name': 'ml', 'k8s.pod.name': 'train-0' },
  };
  const { all } = found(webhook, [falco, { ...falco, priority: 'Notice', rule: 'Other' }]);
  expect(all).toMatchObject([
    { theirs: { detector: 'webhook/falco', title: 'Shell in a container' }, severity: 'critical' },
    { theirs: { detector: 'webhook/falco', title: 'Other' }, severity: 'low' },
  ]);
  expect(all[0]?.events[0]?.targets).toEqual(['kubernetes:Pod/ml/train-0']);
  const wiz = {
    id: 'w1',
    createdAt: '2026-11-20T10:00:00Z',
    entitySnapshot: { id: 'e' },
    sourceRule: { id: 's', name: 'Toxic' },
    severity: 'HIGH',
  };
  expect(found(webhook, [{ ...wiz, status: 'OPEN' }]).all).toHaveLength(1);
  expect(found(webhook, [{ ...wiz, status: 'RESOLVED' }]).all).toEqual([]);
  expect(webhook.needs).toContain('guardduty');
});

test('names that others make up stay one short line, and memory is bounded', () => {
  const many = Array.from({ length: 20_050 }, (_, i) =>
    alert({ fingerprint: `f${i}` }, { alertname: 'x'.repeat(900) }),
  );
  const { all, state, forgotten } = found(alertmanager, [posted(...many)]);
  expect(all).toHaveLength(20_050);
  expect(all[0]?.theirs?.detector.length).toBeLessThan(230);
  expect(state.remembered).toHaveLength(20_000);
  expect(forgotten).toEqual(['50 alerts, which are found again when they are sent again']);
  const hostile = found(alertmanager, [posted(alert({ annotations: {} }, { alertname: 'a\n\u202eb' }))]);
  expect(hostile.all[0]?.theirs).toEqual({ detector: 'alertmanager/a b', title: 'a b' });
});
