/**
 * Terraform: what an account will be, or was when it was applied last. `terraform:<plan.json | state | folder>`, and where the
 * source does not tell them `terraform:<path>,account=123456789012,region=eu-west-1`.
 *
 * A plan is what `terraform show -json plan.out` prints, a state `terraform.tfstate` (version 4) or `terraform show -json`. A
 * folder is read as configuration (`.tf`, `.tfvars`, modules of the same tree); plans and states that lie at its top are read
 * too. Yields facts of `aws.*`, the same that the account would tell: what is drawn by lot only when it is applied (key ids,
 * instance ids) is written as `terraform:<address>`, and joins nothing outside of the source. No credential is needed, and
 * neither Terraform nor a provider is run.
 */
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { collect, type TerraformSource } from './collect.ts';

const config = z.object({
  /** A plan, a state, or a folder. */
  from: z.string().min(1),
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/)
    .optional(),
  partition: z
    .string()
    .regex(/^aws(-[a-z]+)*$/)
    .default('aws'),
  /** Bytes of one plan or state. 20,000 resources take about 100 MB. */
  maxFileBytes: z
    .number()
    .int()
    .positive()
    .default(256 * 1024 * 1024),
});
type TerraformConfig = z.output<typeof config>;

const settings = /,(account|region|partition)=([^,]*)/g;

const terraform: Connector<TerraformConfig, TerraformSource> = {
  id: 'terraform',
  title: 'Terraform',
  config: config as z.ZodType<TerraformConfig>,
  permissions: () => '# None: files are read, and nothing is asked of AWS or of Terraform.\n',
  parse: (spec) => {
    const given = Object.fromEntries([...spec.matchAll(settings)].map(([, name = '', value]) => [name, value]));
    const parsed = config.safeParse({ from: spec.replace(settings, ''), ...given });
    if (parsed.success) return parsed.data;
    throw new FirebreakError('FB-USAGE', 'terraform: takes a plan, a state or a folder, and then account=…, region=….');
  },
  connect: async ({ from: path, maxFileBytes, account, region, partition }) => ({
    path,
    maxFileBytes,
    place: { account, region, partition },
  }),
  close: async () => {},
  collect,
  address: ({ path }) => path,
  actions: [],
};

export default terraform;
