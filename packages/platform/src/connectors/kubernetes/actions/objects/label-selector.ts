import { array, at, stringMap, textAt } from '../../../../intake/foreign.ts';

/** Whether a LabelSelector selects these labels. An unknown operator selects nothing: the API server would refuse it. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  for (const [key, value] of Object.entries(stringMap(at(selector, 'matchLabels')))) {
    if (labels[key] !== value) return false;
  }
  return array(at(selector, 'matchExpressions')).every((expression) => {
    const value = labels[textAt(expression, 'key') ?? ''];
    const values = array(at(expression, 'values'));
    switch (textAt(expression, 'operator')) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
