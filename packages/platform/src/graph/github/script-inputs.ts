/**
 * Inputs of actions that are run as a program. Follows the actions' own documentation and CodeQL's table of actions that run what
 * they are given.
 */
import type { SourceText, WorkflowStep } from '@firebreak/contract';
import { actionOf } from './action-names.ts';

/** By action, or `docker://` for a container; names in lower case. */
const scriptInputs: Readonly<Record<string, readonly string[]>> = {
  'actions/github-script': ['script'],
  'addnab/docker-run-action': ['run', 'options'],
  'amadevus/pwsh-script': ['script'],
  'appleboy/ssh-action': ['script'],
  'azure/cli': ['inlinescript'],
  'azure/powershell': ['inlinescript'],
  'cardinalby/js-eval-action': ['expression'],
  'docker://': ['args', 'entrypoint'],
  'jannekem/run-python-script-action': ['script'],
  'mikefarah/yq': ['cmd'],
  'nick-fields/retry': ['command', 'on_retry_command'],
  'reactivecircus/android-emulator-runner': ['script', 'pre-emulator-launch-script'],
  'roots/issue-closer': ['issue-close-message', 'pr-close-message'],
  'satackey/action-js-inline': ['script'],
};

/** Texts of a step that become a program, by the name of what carries them. */
export function programsOf(step: WorkflowStep): readonly { readonly text: SourceText; readonly name: string }[] {
  const programs = step.run === undefined ? [] : [{ text: step.run, name: 'run' }];
  const names = scriptInputs[step.uses?.kind === 'docker' ? 'docker://' : (actionOf(step) ?? '')] ?? [];
  for (const { key, text } of step.with) if (names.includes(key.toLowerCase())) programs.push({ text, name: key });
  return programs;
}
