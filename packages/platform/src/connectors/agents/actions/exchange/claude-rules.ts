/** Rules of Claude Code's settings: a rule that denies wins over every rule that allows (code.claude.com/docs/en/settings). */
import { array, at } from '../../../../intake/foreign.ts';

export const isClaudeSettings = (file: string) => /(^|\/)\.claude\/settings(\.local)?\.json$/.test(file);

/** The rules that deny, with those that are wanted besides, in their places. */
export function denyRules(value: unknown, more: readonly string[]): readonly unknown[] {
  const present = array(at(value, 'permissions', 'deny'));
  return [...present, ...more.filter((rule) => !present.includes(rule))];
}
