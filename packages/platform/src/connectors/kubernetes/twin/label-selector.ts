/**
 * Label selectors as the list call takes them: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 * Grammar: k8s.io/apimachinery/pkg/labels.
 */
export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

/** A test of an object's labels, or undefined when the text is not a selector. */
export function parseLabelSelector(selector: string): LabelTest | undefined {
  const tests: LabelTest[] = [];
  for (const part of splitOutsideParentheses(selector)) {
    const test = parseRequirement(part.trim());
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return (labels) => tests.every((test) => test(labels));
}

function splitOutsideParentheses(selector: string): readonly string[] {
  if (selector.trim() === '') return [];
  const parts: string[] = [];
  let start = 0;
  let inside = false;
  for (let at = 0; at < selector.length; at += 1) {
    if (selector[at] === '(') inside = true;
    else if (selector[at] === ')') inside = false;
    else if (selector[at] === ',' && !inside) {
      parts.push(selector.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(selector.slice(start));
  return parts;
}

const key = String.raw`[A-Za-z0-9][\w./-]*`;
const value = String.raw`[\w.-]*`;
const equality = new RegExp(`^(${key})\\s*(==|=|!=)\\s*(${value})$`);
const membership = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const existence = new RegExp(`^(!?)\\s*(${key})$`);

function parseRequirement(part: string): LabelTest | undefined {
  const equal = equality.exec(part);
  if (equal !== null) {
    const [, name = '', operator, wanted = ''] = equal;
    return operator === '!=' ? (labels) => labels[name] !== wanted : (labels) => labels[name] === wanted;
  }
  const member = membership.exec(part);
  if (member !== null) {
    const [, name = '', operator, list = ''] = member;
    const wanted = new Set(list.split(',').map((entry) => entry.trim()));
    const holds: LabelTest = (labels) => labels[name] !== undefined && wanted.has(labels[name]);
    return operator === 'in' ? holds : (labels) => !holds(labels);
  }
  const exists = existence.exec(part);
  if (exists === null) return undefined;
  const [, negated, name = ''] = exists;
  return negated === '!' ? (labels) => labels[name] === undefined : (labels) => labels[name] !== undefined;
}
