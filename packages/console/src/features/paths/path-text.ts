import type { AttackPath, PathStep } from '@firebreak/contract/graph';
import { count } from '../../ui/count.ts';
import { visible } from '../../ui/visible.ts';

/** A path as plain text for a chat or a ticket. */
export function pathText(path: AttackPath): string {
  const lines = [
    `Attack path: ${path.start.kind} ${path.start.name} -> ${path.goal.kind} ${path.goal.name}`,
    ...(path.jewel === undefined ? [] : [`Why it matters: ${path.jewel}`]),
    `${stepCount(path)}, ${likelihoodWord(path.likelihood)}`,
    ...path.steps.flatMap((step, index) => stepLines(step, index + 1)),
  ];
  return lines.map((line) => visible(line)).join('\n');
}

function stepLines(step: PathStep, ordinal: number): string[] {
  const holdings = [step.from, ...(step.with ?? [])].map((node) => `${node.kind} ${node.name}`).join(' and ');
  const through = step.group === undefined ? '' : ` (one of: ${step.group})`;
  return [
    '',
    `${ordinal}. ${step.type}: ${holdings} -> ${step.to.kind} ${step.to.name}${through}`,
    `   What: ${step.what}`,
    `   Why: ${step.why}`,
    `   Cut: ${step.cut}`,
    ...(step.note === undefined ? [] : [`   Note: ${step.note}`]),
    ...(step.techniques.length === 0 ? [] : [`   Techniques: ${step.techniques.join(', ')}`]),
    `   Facts: ${step.facts.join(', ')}`,
  ];
}

export function stepCount(path: AttackPath): string {
  return count(path.steps.length, 'step');
}

/** How likely the whole path works, with the number behind the word. */
export function likelihoodWord(likelihood: number): string {
  const percent = Math.round(likelihood * 100);
  const word = likelihood >= 0.9 ? 'works almost surely' : likelihood >= 0.5 ? 'likely works' : 'may work';
  return `${word} (${percent} %)`;
}

/** A technique id with the catalogue that it belongs to; other ids stay as they are. */
export function techniqueName(id: string): string {
  if (/^AML\.T\d/.test(id)) return `MITRE ATLAS ${id}`;
  if (/^T\d/.test(id)) return `MITRE ATT&CK ${id}`;
  return id;
}
