import {
  attackPathSchema,
  blastSchema,
  breakageSchema,
  channelsSchema,
  completenessSchema,
  differenceSchema,
  edgeLineSchema,
  evidenceReportSchema,
  executionSchema,
  exposureSchema,
  identitiesSchema,
  incidentSchema,
  inventorySchema,
  lineageSchema,
  nodeLineSchema,
  pathsSchema,
  planCheckSchema,
  planChoiceSchema,
  planSchema,
  privilegesSchema,
  raceSchema,
  requestPathSchema,
  reviewSchema,
  reviewSummarySchema,
  scopeAnswerSchema,
  thirdPartiesSchema,
  threatModelSchema,
  whatIfSchema,
} from '@firebreak/contract';
import { z } from 'zod';
import { world } from '../../packages/platform/src/app/compose.ts';
import { Output } from '../../packages/platform/src/cli/output.ts';
import { everyCommand, programOf } from '../../packages/platform/src/cli/program.ts';
import { processTerminal } from '../../packages/platform/src/cli/terminal.ts';
import { shapeOf } from './shape.ts';

type Command = Awaited<ReturnType<typeof programOf>>;

/** `docs/cli.md`: the commands as the command line itself has them, and the JSON that they print as the contract has it. */
export async function cliDocument(): Promise<string> {
  const terminal = processTerminal();
  const commands = everyCommand(await programOf({ world, terminal, output: new Output(terminal) })).filter(isRunnable);
  const completeness = z.literal('completeness');
  const path = z.literal('path');
  const shapes: readonly (readonly [string, string, z.ZodType])[] = [
    ['firebreak nodes --jsonl', 'one object a line', nodeLineSchema],
    ['firebreak edges --jsonl', 'one object a line', edgeLineSchema],
    [
      'firebreak collect --json',
      'one object; `counts` is nodes by kind',
      z.object({
        source: z.string(),
        facts: z.number(),
        nodes: z.number(),
        edges: z.number(),
        counts: z.record(z.string(), z.number()),
        completeness,
      }),
    ],
    ['firebreak blast --json', 'one object', blastSchema.extend({ completeness })],
    ['firebreak paths --json', 'one object', pathsSchema.extend({ completeness, paths: z.array(attackPathSchema) })],
    ['firebreak inventory query --json', 'one object', inventorySchema.extend({ completeness })],
    ['firebreak identities --json', 'one object', identitiesSchema.extend({ completeness })],
    ['firebreak request-path --json', 'one object', requestPathSchema.extend({ completeness })],
    [
      'firebreak exposure --json',
      'one object; `reaches` are places in `protected`',
      exposureSchema.extend({ completeness, why: z.array(path) }),
    ],
    ['firebreak channels --json', 'one object', channelsSchema.extend({ completeness })],
    ['firebreak privileges --json', 'one object', privilegesSchema.extend({ completeness })],
    [
      'firebreak privileges --review, reviews show REVIEW, reviews decide --json',
      'one object; `reviews show` has `{"reviews": […]}` of the shape below it',
      reviewSchema,
    ],
    ['firebreak reviews show --json', 'one object', z.object({ reviews: z.array(reviewSummarySchema) })],
    [
      'firebreak third-parties --json',
      'one object',
      thirdPartiesSchema.extend({
        completeness,
        vendors: z.array(thirdPartiesSchema.shape.vendors.element.extend({ why: path.optional() })),
      }),
    ],
    ['firebreak lineage --json', 'one object', lineageSchema.extend({ completeness })],
    ['firebreak threat-model --json', 'one object', threatModelSchema.extend({ completeness, threats: z.array(path) })],
    ['firebreak whatif --json', 'one object', whatIfSchema.extend({ completeness, left: z.array(path) })],
    [
      'firebreak diff --json',
      'one object; `lost` is like `gained`',
      differenceSchema.extend({
        completeness,
        reach: z.object({
          gained: z.array(differenceSchema.shape.reach.shape.gained.element.extend({ path: path.optional() })),
          lost: z.array(z.literal('gained')),
        }),
      }),
    ],
    [
      'firebreak plan --json',
      'one object; `path` in it has the shape of a path above',
      planSchema.extend({
        completeness,
        uncut: z.array(planSchema.shape.uncut.element.extend({ path: z.literal('path') })),
        exposure: z.object({ protectedReachable: z.number(), examples: z.array(z.literal('path')) }),
      }),
    ],
    [
      'firebreak plan --compare --json',
      'one object; `plan` in it as above',
      planChoiceSchema.extend({
        completeness,
        options: z.array(planChoiceSchema.shape.options.element.extend({ plan: z.literal('plan').optional() })),
      }),
    ],
    ['firebreak race --json', 'one object', raceSchema],
    ['firebreak scope --json', 'one object', scopeAnswerSchema.extend({ completeness })],
    ['firebreak impact --json', 'one object', breakageSchema.extend({ completeness })],
    ['firebreak plan check --json', 'one object', planCheckSchema.extend({ completeness })],
    ['firebreak status --json', 'one object', z.object({ incidents: z.array(incidentSchema) })],
    [
      'firebreak contain --approve, undo --json',
      'one object; `status INCIDENT` has it as `execution`, beside `incident`',
      executionSchema,
    ],
    ['firebreak evidence verify --json', 'one object', evidenceReportSchema],
    ['completeness', 'how every answer says whether it is the whole truth', completenessSchema],
  ];
  return `# The command line

Generated from the commands and the contract by \`npm run docs\`. Run it as \`npx firebreak …\` in a clone, or
\`npm run firebreak -- …\`. \`source <(firebreak completion bash)\` completes commands and options; zsh and fish have theirs.

| command | what it does |
|---|---|
${commands.map((command) => `| \`${cell(nameOf(command))}\` | ${prose(command.description())} |`).join('\n')}

\`source\` is \`kubernetes:\` and a kubeconfig, \`in-cluster\`, a folder, a file or \`-\`. \`node\` is an id as \`nodes\` prints it, or a
unique \`kind/name\` or \`kind/namespace/name\`. \`selector\` is \`default\` (the crown jewels) or terms such as \`class=model\`,
\`kind=Secret\`, \`namespace=prod\`, \`label:tier=gold\`, \`id=…\`, joined by commas (and) or semicolons (or). \`query\` is an
expression of the query language, [query.md](query.md), which says all that selectors say. What the questions about the estate
answer exactly, and by which rules, is in [answers.md](answers.md).

**Exit codes**: 0 done, 1 a check failed, 2 usage, 3 the answer is limited. Results go to standard output, everything else to
standard error. Errors carry a code of [errors.md](errors.md); with \`--json\` or \`--jsonl\` they are \`{"error": {…}}\` on
standard error.

**Incidents** are kept in a data directory, which one Firebreak at a time may have open. While \`firebreak serve\` has it, ask the
server: \`status\`, \`contain\`, \`undo\`, \`evidence export\`, \`privileges --review\` and \`reviews\` take \`--server\` and a token made in the console. There a plan is
checked again, people are who their tokens say, and the second person of a drastic step runs the same \`contain\` with a token of
their own. \`undo\` without \`--kubeconfig\` works on the cluster that the incident was contained on.

## Options
${commands.map(optionsOf).join('')}
## Shapes

\`name?\` may be absent.
${shapes.map(([title, note, schema]) => `\n### \`${title}\`\n\n${note}\n\n\`\`\`\n${shapeOf(schema)}\n\`\`\`\n`).join('')}`;
}

/** `evidence` alone only gathers; `plan` does something itself. */
function isRunnable(command: Command): boolean {
  return command.parent !== null && (command.commands.length === 0 || command.options.length > 0);
}

function nameOf(command: Command): string {
  const names: string[] = [];
  for (let each: Command | null = command; each?.parent != null; each = each.parent) names.unshift(each.name());
  const values = command.registeredArguments.map((argument) => {
    const text = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  return [...names, ...values].join(' ');
}

function optionsOf(command: Command): string {
  if (command.options.length === 0) return '';
  const rows = command.options.map(
    ({ flags, description, mandatory, envVar, defaultValue, defaultValueDescription }) => {
      const shown = defaultValueDescription ?? (defaultValue === undefined ? undefined : String(defaultValue));
      const notes = [
        ...(mandatory ? ['needed'] : []),
        ...(shown === undefined ? [] : [`default \`${shown}\``]),
        ...(envVar === undefined ? [] : [`\`${envVar}\``]),
      ];
      return `| \`${cell(flags)}\` | ${prose(description)} | ${notes.join(', ')} |`;
    },
  );
  return `\n### \`${nameOf(command)}\`\n\n| option | what it means | |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function prose(text: string): string {
  return cell(text).replaceAll('<', '&lt;');
}
