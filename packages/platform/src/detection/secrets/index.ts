/** The rules about secrets that come along, and searches by them. Read when first asked for: most commands never ask. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretRules } from './rule-file.ts';
import type { SecretRules } from './secret-rule.ts';
import { SecretSearch } from './secret-search.ts';

const folder = new URL('../../../../../content/secret-rules/', import.meta.url).pathname;

export interface SecretSearches {
  /** For what people, models and tools say: all rules. */
  readonly said: SecretSearch;
  /**
   * For what programs log: without the rules that go by the look of a value (pages of lists have tokens, things have keys), and without
   * names of secrets, which say there who acted.
   */
  readonly logged: SecretSearch;
}
let searches: SecretSearches | undefined;

export function shippedSecretSearches(): SecretSearches {
  if (searches === undefined) {
    const all = shippedSecretRules();
    const exact = all.rules.filter(({ generic, identifier }) => !generic && !identifier);
    searches = { said: new SecretSearch(all), logged: new SecretSearch({ ...all, rules: exact }) };
  }
  return searches;
}

/** @throws when what comes along is broken */
export function shippedSecretRules(): SecretRules {
  const read = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => readSecretRules(name, readFileSync(join(folder, name), 'utf8')));
  const [problem] = read.flatMap(({ problems }) => problems);
  if (problem !== undefined) throw new Error(`${problem.file} line ${problem.line}: ${problem.reason}`);
  return { rules: read.flatMap(({ rules }) => rules), allowlists: read.flatMap(({ allowlists }) => allowlists) };
}
