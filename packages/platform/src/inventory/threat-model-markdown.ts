/**
 * A threat model as a document. Names of things are foreign text: they stand in code spans, whose fence is longer than any run
 * of backticks in them, and never hold a line break, so that no name becomes markup.
 */
import type { ThreatModel } from '@firebreak/contract';

export function threatModelMarkdown(model: ThreatModel): string {
  const { asset, impact, entryPoints, threats, techniques, mitigations, chokepoints, gaps } = model;
  const about = [
    ['Class', asset.class],
    ['Why it matters', asset.jewel],
    ['Owner', asset.about?.owner],
    ['System', asset.about?.system],
    ['Sensitivity', asset.about?.sensitivity],
    ['Hosting', asset.about?.hosting],
    ['Vendor', asset.about?.vendor],
    ['SLA', asset.about?.sla],
    ['Impact', `${impact.value} of 10 (${impact.from})`],
  ] as const;
  return `${[
    `# Threat model: ${code(asset.id)}`,
    '',
    ...about.flatMap(([name, value]) => (value === undefined ? [] : [`- ${name}: ${code(value)}`])),
    '',
    '## Entry points',
    '',
    ...(entryPoints.length === 0
      ? ['Nothing in the estate reaches it.']
      : [
          '| class | reach it | of | best start | steps | likelihood |',
          '|---|---|---|---|---|---|',
          ...entryPoints.map(
            (entry) =>
              `| ${entry.class} | ${entry.reach} | ${entry.of} | ${cell(entry.nearest.id)} | ${entry.steps} | ${entry.likelihood.toFixed(2)} |`,
          ),
        ]),
    '',
    '## Threats',
    '',
    ...threats.flatMap((threat, index) => [
      `### ${index + 1}. From ${code(threat.start.id)}`,
      '',
      ...threat.steps.map(
        (step, place) =>
          `${place + 1}. **${step.type}** ${[step.from, ...(step.with ?? [])].map(({ id }) => code(id)).join(' and ')} → ${code(step.to.id)}: ${step.what} ${step.why}${step.note === undefined ? '' : ` (${code(step.note)})`}`,
      ),
      '',
    ]),
    '## Techniques',
    '',
    ...techniques.map(({ id, framework, steps }) => `- ${framework} ${id}: ${steps.join(', ')}`),
    '',
    '## Mitigations',
    '',
    ...chokepoints.map(
      ({ id, guards }) => `- Chokepoint ${code(id)}: without it ${guards} of the protected are out of reach.`,
    ),
    ...mitigations.map(
      ({ type, from, to, threats: count, cut, levers }) =>
        `- ${type} ${code(from.id)} → ${code(to.id)} (${count} of ${threats.length} threats): ${cut}${levers.length === 0 ? ' No lever at hand does it.' : ` ${levers.map(code).join(', ')}`}`,
    ),
    '',
    '## Not known',
    '',
    ...(gaps.length === 0 ? ['Nothing that we know of.'] : gaps.map((gap) => `- ${code(gap)}`)),
  ].join('\n')}\n`;
}

/** Foreign text as a code span. */
function code(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return `\`${line}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${line} ${fence}`;
}

/**
 * The same in a table. A bar ends a cell even inside a code span; written with a backslash it does not, but one that a backslash
 * of the name's own precedes still does on GitHub. A code span knows no other way to write a bar, so such a name stands outside
 * of one, every sign in it as a character reference, which can be no markup.
 */
function cell(text: string): string {
  if (!/\\\|/u.test(text)) return code(text).replaceAll('|', '\\|');
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  return line.replaceAll(/[!-/:-@[-`{-~]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}
