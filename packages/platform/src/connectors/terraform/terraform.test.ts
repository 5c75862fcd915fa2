/** One account written in several ways is one graph; and what is broken, endless or hostile costs itself. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FactKind, Gap } from '@firebreak/contract';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, describe, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import aws from '../aws/index.ts';
import terraform from './index.ts';
import { answers, secret } from './testing/one-account.case.ts';
import { configuration } from './testing/one-configuration.case.ts';
import { plan, resources, shown, state } from './testing/one-state.case.ts';

const signal = new AbortController().signal;
const base = mkdtempSync(join(tmpdir(), 'firebreak-terraform-'));
afterAll(() => rmSync(base, { recursive: true }));
let folders = 0;

function folder(files: Readonly<Record<string, unknown>>): string {
  folders += 1;
  const root = join(base, String(folders));
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}
const read = (spec: string) => collectEstate(terraform, terraform.parse(spec), signal);
const readFiles = (files: Readonly<Record<string, unknown>>, more = '') => read(folder(files) + more);

async function graphOf(connector: typeof aws | typeof terraform, spec: string) {
  const { estate, gaps } = await collectEstate(connector as never, connector.parse(spec) as never, signal);
  const graph = deriveGraph(estate, nodeRules, edgeRules);
  const edges = [...graph.liveEdges()].map(
    ({ type, from, with: also, to }) => `${type} ${from} [${also.join()}] ${to}`,
  );
  return { digest: graph.digest, nodes: graph.nodes.map(({ id }) => id), edges, gaps, estate };
}

describe('one account', () => {
  test.each([
    ['a folder of .tf files', () => folder(configuration)],
    ['a state', () => join(folder({ 'terraform.tfstate': state }), 'terraform.tfstate')],
    ['a state that was shown', () => join(folder({ 'state.json': shown }), 'state.json')],
    ['a plan', () => join(folder({ 'plan.json': plan }), 'plan.json')],
  ])('as %s is the graph that its own answers give', async (_, source) => {
    const told = await graphOf(aws, folder(answers));
    const written = await graphOf(terraform, source());
    expect(resources.length).toBeGreaterThan(40);
    expect(told.edges.length).toBeGreaterThan(80);
    expect(written.edges).toEqual(told.edges);
    expect(written.nodes).toEqual(told.nodes);
    expect(written.digest).toBe(told.digest);
    expect(written.gaps.filter(({ code }) => code === 'FB-TERRAFORM-UNRESOLVED')).toEqual([]);
  });
});

connectorConformance({
  name: 'terraform over configuration',
  connector: terraform,
  open: () =>
    terraform.connect(
      terraform.parse(folder({ ...configuration, 'broken.tf': 'resource "a" "b" {\n x = \n}\n' })),
      signal,
    ),
  config: { good: { from: 'x' }, bad: { from: 'x', account: '12' } },
  secrets: [secret],
  expectedGaps: ['FB-TERRAFORM-INVALID'],
});
connectorConformance({
  name: 'terraform over a state',
  connector: terraform,
  open: () => terraform.connect(terraform.parse(folder({ 'terraform.tfstate': state })), signal),
  config: { good: { from: 'x', account: '123456789012', region: 'eu-west-1' }, bad: { from: '' } },
  secrets: [secret],
});

const kindsOf = (gaps: readonly Gap[], code: string) => gaps.filter((gap) => gap.code === code);
const provider = 'provider "aws" {\n  region = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n';
const trust = 'assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })';
const role = (name: string, more = '') =>
  `resource "aws_iam_role" "${name}" {\n name = "${name}"\n ${trust}\n ${more}\n}\n`;

async function names(kind: FactKind, files: Readonly<Record<string, unknown>>) {
  const { estate, gaps } = await readFiles(files);
  return { names: estate.all(kind).map(({ id }) => id.replace(/^.*[/:]/, '')), gaps };
}

describe('what cannot be known is a gap', () => {
  test('the account: resources without ARN are left out, and said; a setting closes it', async () => {
    const files = { 'main.tf': `${role('app')}resource "aws_s3_bucket" "b" { bucket = "acme" }` };
    const { estate, gaps } = await readFiles(files);
    expect(estate.all('aws.role')).toEqual([]);
    expect(estate.all('aws.bucket')).toHaveLength(1);
    expect(kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED').find(({ where }) => where === 'the whole source')?.kinds).toContain(
      'aws.role',
    );
    const told = await readFiles(files, ',account=123456789012,region=eu-west-1');
    expect(told.estate.all('aws.role').map(({ id }) => id)).toEqual(['aws:Role/arn:aws:iam::123456789012:role/app']);
  });

  test('where another provider applies things: its own region and account, or nobody knows', async () => {
    const aliases = `${provider}provider "aws" {\n alias = "us"\n region = "us-east-1"\n}
provider "aws" {\n alias = "other"\n region = "eu-west-1"\n assume_role { role_arn = "arn:aws:iam::999988887777:role/x" }\n}
provider "aws" {\n alias = "secret"\n assume_role { role_arn = var.unknown }\n}\n`;
    const job = (name: string, of: string) =>
      `resource "aws_glue_job" "${name}" {\n name = "${name}"\n provider = aws.${of}\n}\n`;
    const { estate, gaps } = await readFiles({
      'main.tf': `${aliases}${job('a', 'us')}${job('b', 'other')}${job('c', 'secret')}${job('d', 'nowhere')}
module "m" {\n source = "./m"\n providers = { aws = aws.us }\n}`,
      'm/main.tf': 'resource "aws_glue_job" "e" { name = "e" }\nresource "aws_s3_bucket" "b" { bucket = "acme" }',
      'm/more.tf.json': {},
    });
    expect(estate.all('aws.glue-job').map(({ data }) => data.Arn)).toEqual([
      'arn:aws:glue:eu-west-1:999988887777:job/b',
      'arn:aws:glue:us-east-1:123456789012:job/a',
      'arn:aws:glue:us-east-1:123456789012:job/e',
    ]);
    expect(estate.all('aws.bucket')[0]?.data).toMatchObject({ AccountId: '123456789012', Region: 'us-east-1' });
    expect(kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED').map(({ where }) => where)).toEqual(
      expect.arrayContaining(['m/more.tf.json', 'the whole source']),
    );
  });

  test('a plan or state of another provider tells only the ARNs that it has', async () => {
    const job = (name: string, values: object) => ({
      address: `aws_glue_job.${name}`,
      mode: 'managed',
      type: 'aws_glue_job',
      name,
      values: { name, ...values },
    });
    const arn = 'arn:aws:glue:us-east-1:999988887777:job/b';
    const resources = [job('a', {}), job('b', { arn }), job('c', {})];
    const keys: Readonly<Record<string, string>> = { a: 'aws.us', b: 'module.x:aws.us', c: 'aws' };
    const configured = resources.map((each) => ({ ...each, provider_config_key: keys[each.name], expressions: {} }));
    const { estate } = await readFiles({
      'plan.json': {
        ...plan,
        planned_values: { root_module: { resources } },
        configuration: {
          ...plan.configuration,
          root_module: { ...plan.configuration.root_module, resources: configured },
        },
      },
      'b.tfstate': {
        version: 4,
        resources: [
          {
            mode: 'managed',
            type: 'aws_s3_bucket',
            name: 'b',
            provider: 'provider["example/hashicorp/aws"].us',
            instances: [{ attributes: { arn: 'arn:aws:s3:::acme', bucket: 'acme' } }],
          },
        ],
      },
    });
    expect(estate.all('aws.glue-job').map(({ data }) => data.Arn)).toEqual([
      'arn:aws:glue:eu-west-1:123456789012:job/c',
      arn,
    ]);
    expect(estate.all('aws.bucket').map(({ data }) => data.AccountId)).toEqual([undefined]);
  });

  test('a reference that leads nowhere', async () => {
    const { estate, gaps } = await readFiles({
      'main.tf': `${provider}resource "aws_lambda_function" "f" {\n function_name = "f"\n role = module.elsewhere.role_arn\n}`,
    });
    expect(estate.all('aws.function')[0]?.data.Role).toBeUndefined();
    expect(kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED')).toMatchObject([
      {
        kinds: ['aws.function'],
        where: 'main.tf:5',
        reason: 'aws_lambda_function.f: role: module.elsewhere.role_arn is not known.',
      },
    ]);
  });

  test('one address in a policy: the rest of the policy counts', async () => {
    const policy =
      'policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = [aws_thing.x.arn, "arn:aws:s3:::acme/*"] }] })';
    const { estate, gaps } = await readFiles({
      'main.tf': `${provider}${role('app')}resource "aws_iam_role_policy" "p" {\n role = aws_iam_role.app.id\n ${policy}\n}`,
    });
    const [inline] = estate.all('aws.role')[0]?.data.RolePolicyList ?? [];
    expect(JSON.stringify(inline?.PolicyDocument)).toContain('arn:aws:s3:::acme/*');
    expect(kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED')).toMatchObject([
      {
        where: expect.stringMatching(/^main\.tf:\d+$/),
        reason: expect.stringMatching(/^aws_iam_role_policy\.p: policy: .*aws_thing\.x\.arn/),
      },
    ]);
  });

  test('modules from elsewhere, and outside of the folder', async () => {
    const { gaps } = await readFiles({
      'main.tf': `${role('app')}module "a" {\n source = "terraform-aws-modules/iam/aws"\n}\nmodule "b" {\n source = "../../../etc"\n}`,
    });
    expect(kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED').map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([
        'module.a is from elsewhere, and was not read.',
        expect.stringContaining('module.b lies outside'),
      ]),
    );
  });
});

describe('the language', () => {
  test('count, for_each, dynamic blocks, modules with inputs, splats, comprehensions, variables', async () => {
    const { names: roles } = await names('aws.role', {
      'main.tf': `${provider}
variable "names" { default = ["b"] }
locals {
  more = { for name in concat(["a"], var.names) : name => upper(name) if name != "z" }
}
${role('plain')}
resource "aws_iam_role" "counted" {
  count = 2
  name  = "counted-\${count.index}"
  ${trust}
}
resource "aws_iam_role" "keyed" {
  for_each = local.more
  name     = format("%s-%s", each.key, each.value)
  ${trust}
}
module "child" {
  for_each = toset(["x"])
  source   = "./child"
  name     = join("-", concat([each.key], aws_iam_role.counted[*].name))
}
`,
      'terraform.tfvars': 'names = ["c", "z"]\n',
      'child/main.tf': `variable "name" {}\nresource "aws_iam_role" "this" {\n name = var.name\n ${trust}\n}\noutput "arn" { value = aws_iam_role.this.arn }`,
    });
    expect(roles).toEqual(['a-A', 'c-C', 'counted-0', 'counted-1', 'plain', 'x-counted-0-counted-1']);
  });

  test('heredocs, conditions and dynamic statements make the policy that they say', async () => {
    const { estate } = await readFiles({
      'main.tf': `${provider}
variable "wide" { default = false }
data "aws_iam_policy_document" "p" {
  dynamic "statement" {
    for_each = { read = "s3:GetObject", write = "s3:PutObject" }
    content {
      sid       = statement.key
      actions   = [statement.value]
      resources = [var.wide ? "*" : "arn:aws:s3:::acme/\${"$"}{aws:username}/*"]
      condition {
        test     = "StringEquals"
        variable = "aws:PrincipalTag/team"
        values   = ["&{aws:PrincipalTag/team}"]
      }
    }
  }
}
resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = <<-EOT
    {"Version": "2012-10-17",
     "Statement": [{"Effect": "Allow", "Principal": {"AWS": "\${aws_iam_user.ann.arn}"}, "Action": "sts:AssumeRole"}]}
  EOT
  inline_policy {
    name   = "p"
    policy = data.aws_iam_policy_document.p.json
  }
}
resource "aws_iam_user" "ann" { name = "ann" }
`,
    });
    const found = estate.all('aws.role')[0]?.data;
    expect(found?.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Principal: { AWS: 'arn:aws:iam::123456789012:user/ann' } }],
    });
    expect(found?.RolePolicyList[0]?.PolicyDocument).toMatchObject({
      Statement: [
        {
          Sid: 'read',
          Action: ['s3:GetObject'],
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, as policies write it
          Condition: { StringEquals: { 'aws:PrincipalTag/team': ['${aws:PrincipalTag/team}'] } },
        },
        { Sid: 'write' },
      ],
    });
  });

  test('a folder of several configurations: those that nobody uses as a module are applied', async () => {
    const { names: roles } = await names('aws.role', {
      'envs/prod/main.tf': `${provider}module "app" {\n source = "../../modules/app"\n name = "prod"\n}`,
      'envs/dev/main.tf': `${provider}module "app" {\n source = "../../modules/app"\n name = "dev"\n}`,
      'modules/app/main.tf': `variable "name" {}\n${role('app').replace('"app"\n', 'var.name\n').replace('name = "app"', 'name = var.name')}`,
    });
    expect(roles).toEqual(['dev', 'prod']);
  });
});

describe('bad input', () => {
  test('a broken block costs itself', async () => {
    const { names: roles, gaps } = await names('aws.role', {
      'main.tf': `${provider}${role('a')}resource "aws_iam_role" "broken" {\n name = [\n}\n${role('b')}`,
    });
    expect(roles).toContain('a');
    expect(kindsOf(gaps, 'FB-TERRAFORM-INVALID').length).toBeGreaterThan(0);
    expect(roles).not.toContain('broken');
  });

  test('modules that include each other, definitions that need themselves', async () => {
    const { gaps, names: roles } = await names('aws.role', {
      'main.tf': `${provider}locals {\n a = local.b\n b = local.a\n}\n${role('app', 'path = local.a')}module "x" { source = "./x" }`,
      'x/main.tf': `${role('x')}module "y" { source = "../y" }`,
      'y/main.tf': `module "x" { source = "../x" }`,
    });
    const reasons = kindsOf(gaps, 'FB-TERRAFORM-INVALID').map(({ reason }) => reason);
    expect(reasons).toEqual(
      expect.arrayContaining([expect.stringContaining('needs itself'), expect.stringContaining('includes itself')]),
    );
    expect(roles).toContain('x');
  });

  test('nesting and numbers without end', async () => {
    const { gaps, names: roles } = await names('aws.role', {
      'deep.tf': `locals {\n x = ${'['.repeat(5000)}${']'.repeat(5000)}\n}\n`,
      'main.tf': `${provider}${role('app')}resource "aws_iam_role" "many" {\n count = 1000000000\n name = "many-\${count.index}"\n ${trust}\n}\n`,
    });
    expect(roles.filter((name) => name.startsWith('many'))).toHaveLength(1000);
    expect(roles).toContain('app');
    const reasons = kindsOf(gaps, 'FB-TERRAFORM-INVALID').map(({ reason }) => reason);
    expect(reasons.join()).toContain('more than 1000');
    expect(reasons.join()).toContain('nests deeper');
  });

  /** `steps` locals, each made of the one before. */
  const chained = (steps: number, start: string, step: (before: string) => string, use: string) => {
    const locals = Array.from({ length: steps }, (_, at) => `  v${at + 1} = ${step(`local.v${at}`)}`).join('\n');
    return `${provider}locals {\n  v0 = ${start}\n${locals}\n}\n${role('sound')}resource "aws_iam_user" "u" {\n  name = "u"\n  path = ${use.replace('LAST', `local.v${steps}`)}\n}\n`;
  };
  const twice = (value: string) => `[${value}, ${value}]`;
  test.each([
    ['texts', chained(60, '"xx"', (value) => `"\${${value}}\${${value}}"`, 'LAST')],
    ['lists that share their parts', chained(60, '"x"', twice, 'jsonencode(LAST)')],
    [
      'maps that share their parts',
      chained(60, '"x"', (value) => `{ a = ${value}, b = ${value} }`, 'jsonencode(LAST)'),
    ],
    ['lists laid flat', chained(60, '["x"]', (value) => `concat(${value}, ${value})`, 'join("", LAST)')],
    ['formats', chained(60, '"xx"', (value) => `format("%s%s", ${value}, ${value})`, 'LAST')],
    ['replacements', chained(60, '"x"', (value) => `replace(${value}, "x", "xx")`, 'LAST')],
    ['products', chained(1, 'range(1000)', (value) => `setproduct(${value}, ${value}, ${value})`, 'jsonencode(LAST)')],
    ['nesting by names', chained(20_000, '"x"', (value) => `[${value}]`, 'jsonencode(LAST)')],
    ['names of names', chained(20_000, '"x"', (value) => value, 'LAST')],
    [
      'loops in loops',
      chained(1, 'range(3000)', (value) => `[for a in ${value} : [for b in ${value} : b]]`, 'jsonencode(LAST)'),
    ],
  ])('work that grows without end stops, and says so: %s', { timeout: 60_000 }, async (_, main) => {
    const { names: roles, gaps } = await names('aws.role', { 'main.tf': main });
    expect(roles).toEqual(['sound']);
    const unresolved = kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED').map(({ where, reason }) => `${where} ${reason}`);
    expect(unresolved).toContainEqual(expect.stringMatching(/^main\.tf:\d+ aws_iam_user\.u: arn: /));
  });

  test('a plan of another version, an old state, a plan that was not shown', async () => {
    const { estate, gaps } = await readFiles({
      'future.json': { ...plan, format_version: '2.0' },
      'old.tfstate': { version: 3, terraform_version: '0.11.0', modules: [{ path: ['root'], resources: {} }] },
      'plan.json': `PK\u0003\u0004${'x'.repeat(50)}`,
    });
    expect(estate.size).toBe(0);
    const invalid = kindsOf(gaps, 'FB-TERRAFORM-INVALID').map(({ where, reason }) => `${where}: ${reason}`);
    expect(invalid).toEqual([
      'future.json: It is of format version 2.0, and 0 and 1 are read.',
      'old.tfstate: It is a state of version 3, and 4 is read: any newer Terraform rewrites it.',
      'plan.json: It is a saved plan, which only Terraform reads: give what `terraform show -json` prints of it.',
    ]);
  });

  test('a plan tells what an expression names, not what it makes of it: only identifiers are followed', async () => {
    const resource = (type: string, name: string, values: object) => ({
      address: `${type}.${name}`,
      mode: 'managed',
      type,
      name,
      values,
    });
    const names = (reference: string) => ({ references: [reference, reference.slice(0, reference.lastIndexOf('.'))] });
    const { estate, gaps } = await readFiles({
      'plan.json': {
        ...plan,
        planned_values: {
          root_module: {
            resources: [
              resource('aws_ecr_repository', 'r', { name: 'r' }),
              resource('aws_iam_role', 'a', { name: 'a', assume_role_policy: '{}' }),
              resource('aws_lambda_function', 'f', { function_name: 'f', package_type: 'Image' }),
            ],
          },
        },
        configuration: {
          ...plan.configuration,
          root_module: {
            variables: plan.configuration.root_module.variables,
            resources: [
              {
                ...resource('aws_lambda_function', 'f', {}),
                expressions: {
                  role: names('aws_iam_role.a.arn'),
                  image_uri: names('aws_ecr_repository.r.repository_url'),
                },
              },
            ],
          },
        },
      },
    });
    expect(estate.all('aws.function')[0]?.data).toMatchObject({ Role: 'arn:aws:iam::123456789012:role/a' });
    expect(estate.all('aws.function')[0]?.data.Code).toBeUndefined();
    expect(kindsOf(gaps, 'FB-TERRAFORM-UNRESOLVED')).toMatchObject([
      { reason: 'aws_lambda_function.f: image_uri: aws_ecr_repository.r.repository_url is not known.' },
    ]);
  });

  test('files that are none, too large, or links out of the folder', async () => {
    const root = folder({
      'main.tf': provider + role('app'),
      'other.json': '[]',
      'broken.json': '{',
      'large.tf': '#'.repeat(3 * 1024 * 1024),
    });
    symlinkSync('/etc/hostname', join(root, 'link.tf'));
    const { gaps } = await read(root);
    const codes = gaps.map(({ code, where }) => `${code} ${where}`);
    expect(codes).toEqual(
      expect.arrayContaining([
        'FB-FILE-TOO-LARGE large.tf',
        'FB-YAML-INVALID broken.json',
        'FB-FILE-SKIPPED other.json',
        'FB-SOURCE-UNREADABLE link.tf',
      ]),
    );
    await expect(read(join(root, 'nothing'))).rejects.toThrow('FB-SOURCE-UNREADABLE');
    expect(() => terraform.parse('')).toThrow('FB-USAGE');
  });

  test('a pipe, a device or a folder at the top is not opened; a link to a file is', async () => {
    const root = folder({ 'main.tf': 'locals {}', 'sub/state.json': state });
    execFileSync('sh', ['-c', 'mkfifo "$0" "$1"', join(root, 'p.json'), join(root, 'q.tfstate')]);
    symlinkSync('/dev/zero', join(root, 'zero.json'));
    mkdirSync(join(root, 'folder.json'));
    symlinkSync(join(root, 'sub/state.json'), join(root, 'link.json'));
    const { gaps, estate } = await read(root);
    const unreadable = gaps.filter(({ code }) => code === 'FB-SOURCE-UNREADABLE');
    expect(unreadable.map(({ where, reason }) => `${where}: ${reason}`)).toEqual(
      ['folder.json', 'p.json', 'q.tfstate', 'zero.json'].map((name) => `${name}: It is not a regular file.`),
    );
    expect(estate.all('aws.role').length).toBeGreaterThan(0);
  });

  test('a plan whose parts have wrong types is read as far as it goes', async () => {
    const { estate } = await readFiles({
      'plan.json': {
        planned_values: {
          root_module: {
            resources: [
              null,
              7,
              { address: 'a', type: 'aws_s3_bucket', values: { bucket: { nested: true } } },
              {
                address: 'aws_s3_bucket.b',
                type: 'aws_s3_bucket',
                values: { bucket: 'acme', tags: 'x', __proto__: 1 },
              },
            ],
            child_modules: 'none',
          },
        },
        configuration: { root_module: { resources: 'x', module_calls: [] } },
      },
    });
    expect(estate.all('aws.bucket').map(({ data }) => data.Name)).toEqual(['acme']);
  });
});
