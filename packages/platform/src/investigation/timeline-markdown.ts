/** A timeline as a page of Markdown, for a ticket or a report. Foreign text cannot become markup. */
import type { Moment, Timeline } from '@firebreak/contract';

export function timelineMarkdown({ title, incident, moments, total, completeness }: Timeline): string {
  const rows = moments.map(
    (moment) =>
      `| ${[
        moment.at,
        moment.kind,
        moment.words,
        moment.identity?.id ?? moment.actor,
        rightOf(moment),
        moment.approval ?? '',
        whereOf(moment),
      ]
        .map(cell)
        .join(' | ')} |`,
  );
  const shown = total > moments.length ? `\n${moments.length} of ${total} moments.\n` : '';
  const lacks =
    completeness.answer === 'complete'
      ? ''
      : `\nNot everything is known:\n\n${completeness.reasons.map(({ where, reason }) => `- ${cell(where)}: ${cell(reason)}`).join('\n')}\n`;
  return `# ${cell(title)}\n\nTimeline of ${cell(incident)}.\n${shown}\n| time | kind | what | who | right | approval | where |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n${lacks}`;
}

function rightOf({ permission }: Moment): string {
  if (permission === null) return '';
  return permission === 'none' ? 'none known' : permission.step;
}

function whereOf({ event, ledger }: Moment): string {
  if (ledger !== null) return `ledger ${ledger}`;
  if (event === null) return '';
  return `${event.where.locator}${event.where.line === undefined ? '' : `:${event.where.line}`}`;
}

/** One line of plain text: what Markdown and HTML would read as markup is escaped. */
function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>|#!~]/g, (character) =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`,
    );
}
