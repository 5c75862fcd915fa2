/**
 * CACAO Security Playbooks 2.0 (OASIS Committee Specification 01), as much of it as a reader must know: every property that the
 * specification requires, every reference that a workflow makes. One model says it once; the JSON schema (draft-07) that files are
 * held against is printed from it (json-schema.ts).
 *
 * What must stay true: nothing of a playbook is ever run as it stands. `bash`, `ssh`, `http-api` and the rest are text for a person;
 * only our own extension (extension.ts) names what Firebreak pulls, and that is checked like any lever.
 *
 * Properties that are not listed here are let through: vocabularies are open and the standard grows.
 */
import { z } from 'zod';

const uuid = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}';
const identifier = z.string().regex(new RegExp(`^[a-z][a-z0-9-]+[a-z0-9]--${uuid}$`), 'no identifier (type--UUID)');
const timestamp = z
  .string()
  .regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?Z$/,
    'no RFC 3339 timestamp in UTC',
  );
/** Two underscores on either side. */
const variableName = z.string().regex(/^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$/, 'no variable name (__name__)');

const variable = z.looseObject({
  type: z.string(),
  description: z.string().optional(),
  value: z.string().nullable().optional(),
  constant: z.boolean().optional(),
  external: z.boolean().optional(),
});

const externalReference = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  source: z.string().optional(),
  url: z.string().optional(),
  external_id: z.string().optional(),
  reference_id: z.string().optional(),
});

const command = z.looseObject({
  type: z.string(),
  description: z.string().optional(),
  version: z.string().optional(),
  playbook_activity: z.string().optional(),
  external_references: z.array(externalReference).optional(),
  command: z.string().optional(),
  command_b64: z.string().optional(),
  headers: z.record(z.string(), z.array(z.string())).optional(),
  content: z.string().optional(),
  content_b64: z.string().optional(),
});
export type Command = z.infer<typeof command>;

const extensions = z.record(identifier, z.looseObject({}));

const stepBase = {
  name: z.string().optional(),
  description: z.string().optional(),
  external_references: z.array(externalReference).min(1).optional(),
  delay: z.int().min(0).optional(),
  timeout: z.int().min(0).optional(),
  step_variables: z.record(variableName, variable).optional(),
  owner: identifier.optional(),
  on_completion: identifier.optional(),
  on_success: identifier.optional(),
  on_failure: identifier.optional(),
  step_extensions: extensions.optional(),
};
const names = z.array(z.string()).min(1).optional();

const step = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('start'), ...stepBase }),
  z.looseObject({ type: z.literal('end'), ...stepBase }),
  z.looseObject({
    type: z.literal('action'),
    ...stepBase,
    commands: z.array(command).min(1),
    agent: identifier,
    targets: z.array(identifier).min(1).optional(),
    in_args: names,
    out_args: names,
  }),
  z.looseObject({
    type: z.literal('playbook-action'),
    ...stepBase,
    playbook_id: identifier,
    playbook_version: timestamp.optional(),
    in_args: names,
    out_args: names,
  }),
  z.looseObject({ type: z.literal('parallel'), ...stepBase, next_steps: z.array(identifier).min(2) }),
  z.looseObject({
    type: z.literal('if-condition'),
    ...stepBase,
    condition: z.string(),
    on_true: identifier,
    on_false: identifier.optional(),
  }),
  z.looseObject({ type: z.literal('while-condition'), ...stepBase, condition: z.string(), on_true: identifier }),
  z.looseObject({
    type: z.literal('switch-condition'),
    ...stepBase,
    switch: z.string(),
    cases: z.record(z.string().regex(/^[a-zA-Z0-9_-]{1,250}$/), identifier),
  }),
]);
export type WorkflowStep = z.infer<typeof step>;
export type LeafStep = Extract<WorkflowStep, { type: 'action' | 'playbook-action' }>;

const agentOrTarget = z.looseObject({
  type: z.string(),
  name: z.string(),
  description: z.string().optional(),
  agent_target_extensions: extensions.optional(),
});

const extensionDefinition = z.looseObject({
  type: z.literal('extension-definition'),
  name: z.string(),
  description: z.string().optional(),
  created_by: identifier,
  schema: z.string(),
  version: z.string(),
  external_references: z.array(externalReference).optional(),
});

const signature = z.looseObject({
  type: z.literal('jss'),
  id: identifier,
  created_by: identifier.optional(),
  created: timestamp,
  modified: timestamp,
  revoked: z.boolean().optional(),
  signee: z.string(),
  valid_from: timestamp.optional(),
  valid_until: timestamp.optional(),
  related_to: identifier,
  related_version: timestamp,
  hash_algorithm: z.string(),
  algorithm: z.string(),
  public_key: z.string().optional(),
  public_cert_chain: z.array(z.string()).min(1).optional(),
  cert_url: z.string().optional(),
  thumbprint: z.string().optional(),
  value: z.string(),
});
export type JssSignature = z.infer<typeof signature>;

const share = z.int().min(0).max(100).optional();
const identifiers = z.array(identifier).min(1).optional();

export const playbookSchema = z.looseObject({
  type: z.literal('playbook'),
  spec_version: z.literal('cacao-2.0'),
  id: identifier,
  name: z.string(),
  description: z.string().optional(),
  playbook_types: z.array(z.string()).optional(),
  playbook_activities: z.array(z.string()).min(1).optional(),
  playbook_processing_summary: z.record(z.string(), z.boolean()).optional(),
  created_by: identifier,
  created: timestamp,
  modified: timestamp,
  revoked: z.boolean().optional(),
  valid_from: timestamp.optional(),
  valid_until: timestamp.optional(),
  derived_from: identifiers,
  related_to: identifiers,
  priority: share,
  severity: share,
  impact: share,
  industry_sectors: z.array(z.string()).min(1).optional(),
  labels: z.array(z.string()).min(1).optional(),
  external_references: z.array(externalReference).min(1).optional(),
  markings: identifiers,
  playbook_variables: z.record(variableName, variable).optional(),
  workflow_start: identifier,
  workflow_exception: identifier.optional(),
  workflow: z.record(identifier, step),
  playbook_extensions: extensions.optional(),
  authentication_info_definitions: z.record(identifier, z.looseObject({ type: z.string() })).optional(),
  agent_definitions: z.record(identifier, agentOrTarget).optional(),
  target_definitions: z.record(identifier, agentOrTarget).optional(),
  extension_definitions: z.record(identifier, extensionDefinition).optional(),
  data_marking_definitions: z.record(identifier, z.looseObject({ type: z.string() })).optional(),
  signatures: z.array(signature).min(1).optional(),
});
export type Playbook = z.infer<typeof playbookSchema>;

/** Commands of the specification's vocabulary. None of them is run here. */
export const commandTypes: ReadonlySet<string> = new Set([
  'manual',
  'bash',
  'caldera-cmd',
  'elastic',
  'http-api',
  'jupyter',
  'kestrel',
  'openc2-http',
  'powershell',
  'sigma',
  'ssh',
  'yara',
]);

/** Agents and targets of the specification's vocabulary. */
export const agentTypes: ReadonlySet<string> = new Set([
  'group',
  'individual',
  'location',
  'organization',
  'sector',
  'http-api',
  'linux',
  'net-address',
  'security-category',
  'ssh',
]);
