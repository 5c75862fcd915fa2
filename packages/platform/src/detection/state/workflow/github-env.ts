/**
 * Text that nobody chose written to the job's environment files. A line in `GITHUB_ENV` sets a variable of every step that
 * follows (`LD_PRELOAD`, `NODE_OPTIONS`), one in `GITHUB_PATH` puts a folder before all others.
 */
import type { StateDetector } from '@firebreak/contract';
import { dangerousTriggers, foundAt, stepsOf, workflowNeeds } from '../workflow-files.ts';

export default {
  id: 'github-env',
  status: 'stable',
  severity: 'high',
  title: 'Changing text goes into the job’s environment',
  needs: workflowNeeds,
  techniques: ['T1574.007', 'T1059.004'],
  explain: {
    what: 'Who chooses the text sets variables or the search path of the steps that follow, and so runs code in them.',
    why: 'A step of a workflow that strangers can start, or of an action that such a workflow may use, appends text that is not fixed.',
    next: 'Write fixed text only, or hand values on as step outputs.',
  },
  *detect(estate) {
    for (const { fact, workflow, step } of stepsOf(estate)) {
      if (step.run === undefined || (workflow !== undefined && dangerousTriggers(workflow).length === 0)) continue;
      const line = step.run.value.split('\n').find((each) => each.length < 10_000 && appends(each));
      if (line !== undefined) yield foundAt(fact, { line: step.run.line, column: step.column }, { note: line.trim() });
    }
  },
} satisfies StateDetector;

const file = /GITHUB_(?:ENV|PATH)\b/;
const redirect = />>?|\btee\b|Add-Content|Out-File|Set-Content/;
/** What stands before the file is not all fixed: a variable, a substitution, an expression. */
const changing = /\$[({A-Za-z_0-9@*]|`|%[A-Za-z_]+%/;

/** Linear: three looks at one line. */
function appends(line: string): boolean {
  const at = line.search(file);
  if (at < 0 || !redirect.test(line)) return false;
  const redirected = Math.max(
    line.lastIndexOf('>', at),
    line.search(/\btee\b/),
    line.search(/Add-Content|Out-File|Set-Content/),
  );
  return changing.test(line.slice(0, redirected < 0 ? at : redirected));
}
