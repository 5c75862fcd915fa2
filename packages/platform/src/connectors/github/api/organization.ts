/** An organization: its people, teams, apps, webhooks and shared runners. */
import { type Collected, type FactKind, githubAccountId } from '@firebreak/contract';
import { at, field, text, textAt } from '../../../intake/foreign.ts';
import type { GithubAnswers } from './answers.ts';
import { login, part, Reading } from './reading.ts';
import { runnersOf } from './runners.ts';
import { webhooks } from './webhooks.ts';

export async function readOrganization(
  answers: GithubAnswers,
  host: string,
  told: unknown,
  signal: AbortSignal,
): Promise<readonly Collected[]> {
  const reading = new Reading(answers, host, signal);
  const organization = textAt(told, 'login') ?? '';
  const base = `/orgs/${part(organization)}`;
  const kinds: readonly FactKind[] = ['github.organization'];
  const owners = await reading.list(`${base}/members?role=admin`, undefined, kinds);
  const members = await reading.list(`${base}/members?role=member`, undefined, kinds);
  const logins = (items: readonly unknown[]) => items.flatMap((item) => login(field(item, 'login')) ?? []);
  const data = {
    ...(told as object),
    host,
    login: organization.toLowerCase(),
    ...(owners.whole ? { owners: logins(owners.items) } : {}),
    ...(members.whole ? { members: logins(members.items) } : {}),
  };
  reading.fact('github.organization', githubAccountId('Organization', host, organization), data, base);
  await teams(reading, organization, base);
  await installations(reading, organization, base);
  await webhooks(reading, organization, base);
  await runnersOf(reading, organization, `${base}/actions/runners`);
  await runnerGroups(reading, organization, base);
  return reading.out;
}

async function teams(reading: Reading, organization: string, base: string): Promise<void> {
  const kinds: readonly FactKind[] = ['github.team'];
  const { items } = await reading.list(`${base}/teams`, undefined, kinds);
  for (const item of items) {
    const slug = login(field(item, 'slug')) ?? '';
    const path = `${base}/teams/${part(slug)}`;
    const members = await reading.list(`${path}/members`, undefined, kinds);
    const data = {
      host: reading.host,
      organization: organization.toLowerCase(),
      slug,
      id: field(item, 'id'),
      parent: login(at(item, 'parent', 'slug')),
      ...(members.whole ? { members: members.items.flatMap((each) => login(field(each, 'login')) ?? []) } : {}),
    };
    reading.fact('github.team', githubAccountId('Team', reading.host, organization, slug), data, path);
  }
}

async function installations(reading: Reading, organization: string, base: string): Promise<void> {
  const path = `${base}/installations`;
  const { items } = await reading.list(path, 'installations', ['github.installation']);
  for (const item of items) {
    const data = { ...(item as object), host: reading.host, account: organization.toLowerCase() };
    const slug = text(field(item, 'app_slug')) ?? '';
    reading.fact('github.installation', githubAccountId('Installation', reading.host, organization, slug), data, path);
  }
}

async function runnerGroups(reading: Reading, organization: string, base: string): Promise<void> {
  const kinds: readonly FactKind[] = ['github.runner-group'];
  const path = `${base}/actions/runner-groups`;
  const { items } = await reading.list(path, 'runner_groups', kinds);
  for (const item of items) {
    const id = String(field(item, 'id'));
    const chosen =
      field(item, 'visibility') === 'selected' && /^\d{1,15}$/.test(id)
        ? await reading.list(`${path}/${id}/repositories`, 'repositories', kinds)
        : undefined;
    const data = {
      ...(item as object),
      host: reading.host,
      organization: organization.toLowerCase(),
      restricted_to_workflows: field(item, 'restricted_to_workflows') === true,
      ...(chosen?.whole === true
        ? { repositories: chosen.items.flatMap((each) => login(field(each, 'full_name')) ?? []) }
        : {}),
    };
    reading.fact('github.runner-group', githubAccountId('RunnerGroup', reading.host, organization, id), data, path);
  }
}
