/** `docs/edges.md`: what the rules say about themselves, as a table and one paragraph each. */
import type { EdgeRule } from '@firebreak/contract';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';

export function edgesDocument(): string {
  const kinds = [...new Set(nodeRules.flatMap((rule) => rule.kinds))].sort();
  const actions = [...new Set(edgeRules.flatMap((rule) => rule.severedBy))].sort();
  return `# Edges

Generated from \`packages/platform/src/graph/edges\` by \`npm run docs\`: one rule a file, \`pod-exec.ts\` is \`POD_EXEC\`. An edge says
that whoever holds what it leads from (everything, where it leads from several) gets what it leads to. ${edgeRules.length} rules over
${kinds.length} kinds of nodes: ${kinds.join(', ')}. A kind of custom resource that is not named here carries its group in the same way.

| edge | from | to | takes | techniques | KubeHound | severed by |
|---|---|---|---|---|---|---|
${edgeRules.map(row).join('\n')}

## What each says

${edgeRules.map(paragraph).join('\n\n')}

## By action

Which edges an action can sever by itself. An edge names its actions only where they are enough.

| action | edges |
|---|---|
${actions.map((action) => `| \`${action}\` | ${edgesSeveredBy(action).join(', ')} |`).join('\n')}
`;
}

/** Labels of the rules that name an action. */
function edgesSeveredBy(action: string): readonly string[] {
  return edgeRules.filter((rule) => rule.severedBy.includes(action)).map((rule) => rule.label);
}

function row(rule: EdgeRule): string {
  const actions = rule.severedBy.map((action) => action.replace(/^kubernetes\./, ''));
  const cells = [
    `[${rule.label}](#${rule.label.toLowerCase()})`,
    rule.from.join(', '),
    rule.to.join(', '),
    rule.traverse,
    rule.techniques.join(', '),
    rule.aka?.kubehound ?? '',
    actions.join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function paragraph(rule: EdgeRule): string {
  return `### ${rule.label}\n\n${rule.explain.what} ${rule.explain.why} *Cut:* ${rule.explain.cut}`;
}
