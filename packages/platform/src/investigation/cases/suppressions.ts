/** Whether a suppression covers a detection. */
import type { Detection, SuppressionScope } from '@firebreak/contract';

export function covers(scope: SuppressionScope, detection: Detection): boolean {
  const { detector, identity, asset, text } = scope;
  if (detector !== undefined && detection.detector !== detector) return false;
  if (identity !== undefined && !detection.by.includes(identity)) return false;
  if (asset !== undefined && !detection.about.includes(asset)) return false;
  return text === undefined || textsIn(detection, text.field).some((each) => holds(each, text.holds));
}

function textsIn(detection: Detection, field: NonNullable<SuppressionScope['text']>['field']): readonly string[] {
  if (field === 'session') return detection.sessions;
  return [field === 'title' ? detection.title : (detection.note ?? '')];
}

function holds(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
