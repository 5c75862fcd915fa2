/** The rules about secrets that come along, and a search by them. Read when first asked for: most commands never ask. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretRules } from './rule-file.ts';
import type { SecretRules } from './secret-rule.ts';
import { SecretSearch } from './secret-search.ts';

const folder = new URL('../../../../../content/secret-rules/', import.meta.url).pathname;
let search: SecretSearch | undefined;

export function shippedSecretSearch(): SecretSearch {
  search ??= new SecretSearch(shippedSecretRules());
  return search;
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
