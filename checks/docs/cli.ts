import {
  attackPathSchema,
  blastSchema,
  completenessSchema,
  edgeLineSchema,
  evidenceReportSchema,
  executionSchema,
  nodeLineSchema,
  pathsSchema,
  planCheckSchema,
  planSchema,
} from '@firebreak/contract';
import { z } from 'zod';
import { shapeOf } from './shape.ts';

/** `docs/cli.md`: the commands, and the JSON that they print as the contract has it. */
export function cliDocument(): string {
  const shapes: readonly (readonly [string, string, z.ZodType])[] = [
    ['firebreak nodes --jsonl', 'one object a line', nodeLineSchema],
    ['firebreak edges --jsonl', 'one object a line', edgeLineSchema],
    ['firebreak blast --json', 'one object', blastSchema.extend({ completeness: z.literal('completeness') })],
    [
      'firebreak paths --json',
      'one object',
      pathsSchema.extend({ completeness: z.literal('completeness'), paths: z.array(attackPathSchema) }),
    ],
    [
      'firebreak plan --json',
      'one object; `path` in it has the shape of a path above',
      planSchema.extend({
        completeness: z.literal('completeness'),
        uncut: z.array(z.object({ path: z.literal('path'), missing: z.string() })),
        exposure: z.object({ protectedReachable: z.number(), examples: z.array(z.literal('path')) }),
      }),
    ],
    ['firebreak plan check --json', 'one object', planCheckSchema.extend({ completeness: z.literal('completeness') })],
    [
      'firebreak contain, undo, status --json',
      'one object, or a list of incidents for `status` without an incident',
      executionSchema,
    ],
    ['firebreak evidence verify --json', 'one object', evidenceReportSchema],
    ['completeness', 'how every answer says whether it is the whole truth', completenessSchema],
  ];
  return `# The command line

Generated from the contract by \`npm run docs\`. Run commands as \`npx firebreak …\` in a clone, or \`npm run firebreak -- …\`.

| command | what it does |
|---|---|
| \`serve [--data DIR] [--database URL] [--port N] [--kubeconfig F] [--demo]\` | runs server and console; prints a one-time sign-in link |
| \`collect --from SOURCE\` | reads an estate and says what could not be read |
| \`nodes\`, \`edges --from SOURCE [--jsonl] [--convention kubehound]\` | everything an attacker can hold, every step they can take |
| \`blast --from SOURCE --compromised NODE… [--json]\` | what the compromised nodes reach |
| \`paths --from SOURCE --start NODE [--goal NODE] [--json]\` | the best ways to a goal, or to the crown jewels |
| \`plan --from SOURCE --compromised NODE… [--protect SELECTOR] [--forbid LEVER] [--json]\` | the cheapest provable cut |
| \`plan check PLAN.json --from SOURCE [--json]\` | the independent check of a plan |
| \`contain PLAN.json --kubeconfig F [--approve] [--as NAME] [--second NAME]\` | dry-run; with \`--approve\` carries the plan out and proves it |
| \`undo INCIDENT\`, \`status [INCIDENT]\` | undoes every step, last first; says where an incident stands |
| \`evidence export INCIDENT -o FILE\`, \`evidence verify FILE [--key VKEY]\` | one file that anybody can check; the check needs no database |
| \`permissions CONNECTOR [ACTION…\\|all]\` | the least role that our own credential needs |

\`SOURCE\` is \`kubernetes:\` and a kubeconfig, \`in-cluster\`, a folder, a file or \`-\`. \`NODE\` is an id as \`nodes\` prints it, or a
unique \`kind/name\` or \`kind/namespace/name\`. \`SELECTOR\` is \`default\` (the crown jewels) or terms such as \`class=model\`,
\`kind=Secret\`, \`namespace=prod\`, \`label:tier=gold\`, \`id=…\`, joined by commas (and) or semicolons (or).

Exit codes: 0 done, 1 a check failed, 2 usage, 3 the answer is limited. Results go to standard output, everything else to
standard error. Errors carry a code of [errors.md](errors.md); with \`--json\` they are JSON on standard error.

## Shapes

\`name?\` may be absent.
${shapes.map(([title, note, schema]) => `\n### \`${title}\`\n\n${note}\n\n\`\`\`\n${shapeOf(schema)}\n\`\`\`\n`).join('')}`;
}
