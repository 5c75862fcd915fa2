/** What is assessed before access returns (CSA AI incident guidance): tools, prompts, boundaries, ways that are left, who would see it. */
import type { BoardInput, DraftItem } from '../draft.ts';

const aboutPrompts = /^(prompt|secrets|agent)\//;

export default (input: BoardInput): readonly DraftItem[] => [
  toolAccess(input),
  promptHandling(input),
  actionBoundaries(input),
  residualPaths(input),
  detectors(input),
];

function toolAccess({ agents }: BoardInput): DraftItem {
  const tools = agents.flatMap(({ agent, tools: its }) => its.map((tool) => `${agent.name} → ${tool}`));
  const none = 'No agent among the compromised can call a tool.';
  return {
    id: 'return/tool-access',
    section: 'return',
    title: 'Tool access was assessed',
    why:
      tools.length === 0
        ? none
        : `${tools.length} ways to a tool come back: ${tools.slice(0, 10).join(', ')}${tools.length > 10 ? ', …' : ''}.`,
    next: 'Go through the tools of each agent, take away what is not needed, and say so.',
    how: tools.length === 0 ? 'automatic' : 'person',
    waivable: true,
    ...(tools.length === 0 ? { known: { state: 'not-applicable', what: none, entry: null, at: null } as const } : {}),
  };
}

function promptHandling({ detections }: BoardInput): DraftItem {
  const of = detections.filter(({ detector }) => aboutPrompts.test(detector));
  const none = 'No detection of this incident is about prompts, answers or agents.';
  return {
    id: 'return/prompt-handling',
    section: 'return',
    title: 'Prompt handling was assessed',
    why:
      of.length === 0
        ? none
        : `${of.length} detections are about it: ${[...new Set(of.map(({ title }) => title))].slice(0, 5).join(', ')}.`,
    next: 'Check system prompts, guardrails and what is retrieved, and say what was changed.',
    how: of.length === 0 ? 'automatic' : 'person',
    waivable: true,
    ...(of.length === 0 ? { known: { state: 'not-applicable', what: none, entry: null, at: null } as const } : {}),
  };
}

function actionBoundaries({ agents, subjects }: BoardInput): DraftItem {
  const who =
    agents.length > 0 ? `${agents.length} agents get back what they may do.` : 'Services get back what they may do.';
  return {
    id: 'return/action-boundaries',
    section: 'return',
    title: 'Action boundaries were assessed',
    why: `${who} What needs a person, what is read-only and what has a limit is decided before, not after.`,
    next:
      subjects.length > 0
        ? 'Say which boundaries hold for what is restored, and who may lift them.'
        : 'Say which boundaries hold.',
    how: 'person',
    waivable: true,
  };
}

function residualPaths({ residual }: BoardInput): DraftItem {
  const left = residual?.reachable ?? [];
  const clean = residual !== undefined && left.length === 0 && !residual.limited;
  const what =
    residual === undefined
      ? 'What can be reached once access is back cannot be told: the estate from before is not recorded.'
      : left.length === 0
        ? `Once access is back, nothing protected is within reach of what was compromised${residual.limited ? ', as far as was read' : ''}.`
        : `Once access is back, ${left.length} protected are within reach of what was compromised: ${left
            .slice(0, 5)
            .map(({ name }) => name)
            .join(', ')}${left.length > 5 ? ', …' : ''}.`;
  return {
    id: 'return/residual-paths',
    section: 'return',
    title: 'Ways that are left are known, and somebody answers for them',
    why: 'Containment cut ways that come back with access; rotation and rollback end the attacker, not the ways.',
    next: 'Open a follow-up for each way that shall go (`firebreak recovery follow-ups open`), and say why the rest may stay.',
    how: clean ? 'automatic' : 'person',
    waivable: true,
    ...(clean ? { known: { state: 'done', what, entry: null, at: null } as const } : {}),
    ...(clean ? {} : { why: what }),
  };
}

function detectors({ detectors: { again, silent, unread }, detections }: BoardInput): DraftItem {
  const all = detections.length > 0 && silent.length === 0 && unread === 0;
  const what =
    detections.length === 0
      ? 'No detection belongs to the incident: nothing is known that would see it again.'
      : `Its events were shown to the detectors of today: ${again.length} see it again${silent.length > 0 ? `, ${silent.join(', ')} ${silent.length === 1 ? 'does' : 'do'} not` : ''}${unread > 0 ? `; ${unread} events are not kept any more` : ''}.`;
  return {
    id: 'return/detectors',
    section: 'return',
    title: 'Detectors that would see it again are in place',
    why: 'The same attack will be tried again; the incident itself is the test.',
    next: 'Bring back the detectors that are silent, or say what else would see it.',
    how: 'automatic',
    waivable: true,
    known: { state: all ? 'done' : 'open', what, entry: null, at: null },
  };
}
