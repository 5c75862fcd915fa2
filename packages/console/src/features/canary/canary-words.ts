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

/** What is left to do in a state, where somebody must. */
export const nextWords: Readonly<Partial<Record<CanaryState, string>>> = {
  'waiting-approval': 'Nothing is moved before it is approved.',
  frozen: 'Bring back the source of numbers that the newest look misses, or stop the canary.',
  'rolled-back': 'All traffic is with the version before. Mend what failed, then start another canary.',
  promoted: 'All traffic is with the new version.',
  stopped: 'All traffic is with the version before. Another canary can be started.',
  stuck: 'Move the traffic by hand now: below, under Traffic, is what was refused.',
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
