/**
 * The report of an incident as an outline, for a reader who knows nothing of Firebreak: what happened, what was decided and
 * done, what is proven and what is not known. `report-html.ts` and `report-pdf.ts` set the same outline.
 *
 * All text in it may be foreign. It is made visible here (control and direction characters are written out); that it does
 * not become markup is the setter's business.
 */
import type { Moment, PlanStep, StepRun } from '@firebreak/contract';
import { approvalsOf } from './approvals.ts';
import { asOf, type IncidentStory } from './story.ts';

export interface Report {
  readonly title: string;
  /** Label and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** Rows of one table; the JSON documents have all of them. */
const mostRows = 1000;
const mostCharacters = 1000;

export function reportOf(story: IncidentStory): Report {
  const { incident, plan, origin, verifierKey, version } = story;
  const { at, index } = asOf(story);
  const sections = [
    unknownSection(story),
    timelineSection(story),
    ...(plan === null ? [] : [planSection(story, plan), certificateSection(story, plan)]),
    approvalSection(story),
    ...(story.execution === null ? [] : [doneSection(story.execution.steps)]),
    verifySection(story),
  ];
  const facts: [string, string][] = [
    ['Incident', incident.id],
    ['State', `${incident.state}. ${incident.note}`],
    ['Opened', `${incident.openedAt} by ${incident.openedBy}`],
    ['It began with', incident.compromised.join(', ') || 'nothing known'],
    ['Protected', incident.protect],
    ['As of', index === null ? at : `${at}, entry ${index} of the log ${origin}`],
    ['Key of the log', verifierKey],
    ['Made by', `Firebreak ${version}`],
  ];
  return {
    title: visible(incident.title),
    facts: facts.map(([label, value]) => [label, visible(value)]),
    sections: sections.map(({ heading, paragraphs, table }) => ({
      heading,
      paragraphs: [
        ...paragraphs.map(visible),
        ...(table !== undefined && table.rows.length > mostRows
          ? [`The first ${mostRows} of ${table.rows.length} rows are shown; the JSON document has all.`]
          : []),
      ],
      ...(table === undefined
        ? {}
        : { table: { columns: table.columns, rows: table.rows.slice(0, mostRows).map((row) => row.map(visible)) } }),
    })),
  };
}

/** Foreign text with what could fool a reader written out, and cut when it is too long. */
export function visible(text: string): string {
  const short = text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
  return short
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

function unknownSection({ completeness }: IncidentStory): ReportSection {
  const heading = 'What is not known';
  if (completeness.answer === 'complete') {
    return { heading, paragraphs: ['Nothing was missing from what the timeline was made of.'] };
  }
  const rows = completeness.reasons.map(({ where, reason, next }) => [where, reason, next]);
  return { heading, paragraphs: [], table: { columns: ['where', 'why', 'what would help'], rows } };
}

function timelineSection({ moments }: IncidentStory): ReportSection {
  return {
    heading: 'What happened',
    paragraphs: [moments.length === 0 ? 'No moment is known.' : `${moments.length} moments, by time.`],
    table: {
      columns: ['time', 'kind', 'what', 'by what right, who approved', 'source'],
      rows: moments.map((moment) => [moment.at, moment.kind, moment.words, rightOf(moment), sourceOf(moment)]),
    },
  };
}

function rightOf({ permission, approval }: Moment): string {
  const right = permission === null ? [] : [permission === 'none' ? 'no right is known' : permission.words];
  return [...right, ...(approval === null ? [] : [approval])].join('; ');
}

function sourceOf({ ledger, event }: Moment): string {
  if (ledger !== null) return `entry ${ledger}`;
  if (event === null) return '';
  return `${event.where.locator}${event.where.line === undefined ? '' : `:${event.where.line}`}, sha256 ${event.digest}`;
}

function planSection(_story: IncidentStory, plan: NonNullable<IncidentStory['plan']>): ReportSection {
  const verdicts = {
    contained: 'After these steps nothing protected is reachable from what was compromised.',
    partial: 'After these steps some of what is protected is still reachable.',
    'nothing-to-cut': 'Nothing protected was reachable.',
  };
  return {
    heading: 'The plan',
    paragraphs: [
      `${verdicts[plan.verdict]} Its digest is ${plan.digest}; people approved this digest.`,
      `The cut costs ${plan.cutCost}; no cut that saves the same costs less than ${plan.lowerBound}.`,
      ...plan.uncut.map(({ missing }) => `Not cut: ${missing}`),
    ],
    table: {
      columns: ['step', 'what', 'why', 'can be undone'],
      rows: plan.steps.map((step: PlanStep) => [
        String(step.ordinal),
        `${step.title} (${step.target.kind} ${step.target.name})`,
        step.why,
        step.reversal.kind === 'none' ? `no: ${step.reversal.how}` : step.reversal.how,
      ]),
    },
  };
}

function certificateSection({ planCheck }: IncidentStory, plan: NonNullable<IncidentStory['plan']>): ReportSection {
  const { reached, protected: kept, exempt, graphDigest } = plan.certificate;
  return {
    heading: 'The certificate of the plan',
    paragraphs: [
      `What can be reached after the steps is a closed set of ${reached.length} nodes in the graph ${graphDigest}; ` +
        `of ${kept.length} protected nodes ${exempt.length} are in it. Whoever has the estate can check that without the planner: firebreak plan check.`,
      ...plan.assumptions,
      planCheck === null
        ? 'It was not checked again at the export, because no estate was at hand.'
        : `Checked again at the export, against the estate as it was then: ${planCheck.ok ? 'it holds' : 'it does not hold any more'}.`,
    ],
    ...(planCheck === null
      ? {}
      : {
          table: {
            columns: ['check', 'holds', 'detail'],
            rows: planCheck.checks.map(({ check, ok, detail }) => [check, ok ? 'yes' : 'no', detail]),
          },
        }),
  };
}

function approvalSection(story: IncidentStory): ReportSection {
  const approvals = approvalsOf(story);
  return {
    heading: 'Approvals',
    paragraphs: approvals.length === 0 ? ['Nobody approved anything.'] : [],
    table: {
      columns: ['time', 'who', 'what', 'entry'],
      rows: approvals.map(({ at, by, kind, body, entry }) => [
        at,
        by,
        `${kind} ${JSON.stringify(body)}`,
        String(entry),
      ]),
    },
  };
}

function doneSection(steps: readonly StepRun[]): ReportSection {
  return {
    heading: 'What was done',
    paragraphs: ['Each step was read, recorded, applied, read back and probed.'],
    table: {
      columns: ['step', 'what', 'state', 'when', 'proof'],
      rows: steps.map((step) => [
        String(step.ordinal),
        step.title,
        step.reason === null ? step.state : `${step.state}: ${step.reason}`,
        `${step.startedAt ?? 'not begun'} to ${step.endedAt ?? 'not ended'}`,
        step.probes.map(({ what, result }) => `${what}: ${result}`).join('; '),
      ]),
    },
  };
}

function verifySection({ entries, verifierKey }: IncidentStory): ReportSection {
  const blobs = new Set(entries.flatMap((entry) => entry.blobs.map(({ sha256 }) => sha256)));
  return {
    heading: 'How to check this',
    paragraphs: [
      `This report is part of a file with ${entries.length} entries of an append-only log and ${blobs.size} pieces of evidence. ` +
        'It is worth what the file is worth: verify the file, not the report.',
      `firebreak evidence verify FILE --key '${verifierKey}'`,
      'or drag the file into the verifier page. Have the key, the command and the page from the owner of the log by another way ' +
        'than the file, and compare the key above with that one. README.txt in the file says how to do it with other tools.',
    ],
  };
}
