/**
 * Actions that restore a cache, and what switches that on or off. The table follows the actions' own documentation of their inputs
 * (action.yml of each) as of 2026.
 */
import type { WorkflowStep } from '@firebreak/contract';
import { actionOf, inputOf } from './action-names.ts';

interface Switch {
  /** Absent where caching cannot be switched. */
  readonly input?: string;
  /** `on`: a true value restores. `off`: a true value does not. `named`: any name of a package manager restores. */
  readonly means?: 'on' | 'off' | 'named';
  /** Whether it restores when the input is absent. */
  readonly byDefault: boolean;
  /** From this major version on it does not restore by default, and `auto` is off. */
  readonly offSince?: number;
  /** Caching works only when this is given as well. */
  readonly only?: string;
}

const switches: Readonly<Record<string, readonly Switch[]>> = {
  'actions/cache': [{ input: 'lookup-only', means: 'off', byDefault: true }],
  'actions/cache/restore': [{ input: 'lookup-only', means: 'off', byDefault: true }],
  'actions/setup-dotnet': [{ input: 'cache', means: 'on', byDefault: false }],
  'actions/setup-go': [{ input: 'cache', means: 'on', byDefault: true }],
  'actions/setup-java': [{ input: 'cache', means: 'named', byDefault: false }],
  'actions/setup-node': [
    { input: 'cache', means: 'named', byDefault: false },
    { input: 'package-manager-cache', means: 'on', byDefault: true },
  ],
  'actions/setup-python': [{ input: 'cache', means: 'named', byDefault: false }],
  'actions-rust-lang/setup-rust-toolchain': [{ input: 'cache', means: 'on', byDefault: true }],
  'astral-sh/setup-uv': [{ input: 'enable-cache', means: 'on', byDefault: true, offSince: 10 }],
  'bahmutov/npm-install': [{ byDefault: true }],
  'docker/setup-buildx-action': [{ input: 'cache-binary', means: 'on', byDefault: true, only: 'version' }],
  'graalvm/setup-graalvm': [{ input: 'cache', means: 'named', byDefault: false }],
  'gradle/actions/setup-gradle': [{ input: 'cache-disabled', means: 'off', byDefault: true }],
  'hynek/setup-cached-uv': [{ byDefault: true }],
  'jdx/mise-action': [{ input: 'cache', means: 'on', byDefault: true }],
  'mlugg/setup-zig': [{ input: 'use-cache', means: 'on', byDefault: true }],
  'moonrepo/setup-rust': [{ input: 'cache', means: 'on', byDefault: true }],
  'mozilla-actions/sccache-action': [{ byDefault: true }],
  'nix-community/cache-nix-action': [{ byDefault: true }],
  'pdm-project/setup-pdm': [{ input: 'cache', means: 'on', byDefault: false }],
  'pyo3/maturin-action': [{ input: 'sccache', means: 'on', byDefault: false }],
  'ramsey/composer-install': [{ input: 'ignore-cache', means: 'off', byDefault: true }],
  'ruby/setup-ruby': [{ input: 'bundler-cache', means: 'on', byDefault: false }],
  'swatinem/rust-cache': [{ input: 'lookup-only', means: 'off', byDefault: true }],
};

/** Whether a step restores a cache; or the expression that decides, with the value at which it does. */
export function cacheOf(step: WorkflowStep): boolean | { readonly expression: string; readonly onWhen: boolean } {
  const answers = (switches[actionOf(step) ?? ''] ?? []).map((each) => ofSwitch(each, step));
  return answers.find((answer) => typeof answer === 'object') ?? answers.includes(true);
}

function ofSwitch({ input, means, byDefault, offSince, only }: Switch, step: WorkflowStep): ReturnType<typeof cacheOf> {
  if (only !== undefined && inputOf(step, only) === undefined) return false;
  const value = input === undefined ? undefined : inputOf(step, input)?.trim();
  const restoresByDefault = byDefault && (offSince === undefined || (majorOf(step) ?? 0) < offSince);
  if (value === undefined || value === 'auto') return restoresByDefault;
  if (value.includes('${{')) return { expression: value, onWhen: means !== 'off' };
  if (means === 'named') return value !== '' && value !== 'false';
  return isTrue(value) === (means === 'on');
}

const isTrue = (value: string) => /^(?:true|yes|on|1)$/i.test(value);

/** The major version that a step says it uses: by its tag, or by the comment behind a commit id. */
function majorOf({ uses }: WorkflowStep): number | undefined {
  const version = /^v?(\d{1,4})\b/.exec(uses?.refKind === 'tag' ? (uses.ref ?? '') : (uses?.text.comment ?? '').trim());
  return version === null ? undefined : Number(version[1]);
}
