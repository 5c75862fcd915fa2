/** Words and tones for the states of a canary. */
import type { CanaryLook, CanaryState, MetricVerdict } from '@firebreak/contract/canary';
import type { Look } from '../../ui/tag.tsx';

export const stateWords: Readonly<Record<CanaryState, Look>> = {
  'waiting-approval': { word: 'Waits for approval', tone: 'warn' },
  starting: { word: 'Starting', tone: 'info' },
  running: { word: 'Running', tone: 'info' },
  frozen: { word: 'Frozen', tone: 'warn' },
  'rolling-back': { word: 'Rolling back', tone: 'danger' },
  promoting: { word: 'Promoting', tone: 'good' },
  'rolled-back': { word: 'Rolled back', tone: 'danger' },
  promoted: { word: 'Promoted', tone: 'good' },
  stopped: { word: 'Stopped', tone: 'neutral' },
  stuck: { word: 'Stuck', tone: 'danger' },
};

export const verdictWords: Readonly<Record<CanaryLook['verdict']['class'], Look>> = {
  pass: { word: 'Pass', tone: 'good' },
  marginal: { word: 'Marginal', tone: 'warn' },
  fail: { word: 'Fail', tone: 'danger' },
  'cannot-tell': { word: 'Cannot tell', tone: 'warn' },
};

export const metricWords: Readonly<Record<MetricVerdict['class'], Look>> = {
  pass: { word: 'As good', tone: 'good' },
  high: { word: 'Higher', tone: 'danger' },
  low: { word: 'Lower', tone: 'danger' },
  'cannot-tell': { word: 'Cannot tell', tone: 'warn' },
};

export const decisionWords: Readonly<Record<CanaryLook['decision'], string>> = {
  'next-look': 'looked again',
  'next-stage': 'more traffic',
  prolong: 'waited',
  rollback: 'rolled back',
  complete: 'all the traffic',
};
