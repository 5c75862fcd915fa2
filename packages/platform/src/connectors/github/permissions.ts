/**
 * The least that reading needs, as a fine-grained personal access token or a GitHub App is given it. Everything is read-only;
 * what is left out is reported as a gap and costs nothing else.
 */
export function permissionsText(): string {
  return `# What Firebreak needs on GitHub: a GitHub App (or fine-grained personal access token) with these, read-only.
# Install it on the repositories that shall be known. Nothing here can write, and no permission shows the value of a secret.
repository_permissions:
  metadata: read            # repositories, branches, rules, teams
  contents: read            # workflow files, actions of the repository, CODEOWNERS
  actions: read             # environments with their branch policies
  administration: read      # branch protection, rulesets with bypass, Actions settings, runners, keys, collaborators
  environments: read        # names of secrets and variables of environments
  secrets: read             # names of secrets
  variables: read           # names of variables
  webhooks: read            # webhooks, of which the host is kept
organization_permissions:
  members: read             # members, teams
  administration: read      # Actions settings, installed apps, rulesets
  organization_secrets: read
  organization_self_hosted_runners: read
  organization_webhooks: read
`;
}
