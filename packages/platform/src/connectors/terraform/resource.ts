/** What every form of Terraform's sources is brought to: resources with their values, and what is not known of them. */
import type { Value, ValueMap } from './hcl/value.ts';

export interface TerraformResource {
  /** `module.data.aws_s3_bucket.models["eu"]` */
  readonly address: string;
  readonly type: string;
  /** Attributes, and nested blocks as lists of maps. */
  readonly values: ValueMap;
  readonly locator: string;
  /** Where its provider applies it. */
  readonly place: Place;
}

/** Where the configuration is applied, as far as the source or the caller tells. */
export interface Place {
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly partition: string;
}

/** The values of a nested block, which Terraform writes as a list. */
export function blocks(values: ValueMap, name: string): readonly ValueMap[] {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  const list: readonly Value[] = Array.isArray(value) ? value : value === undefined ? [] : [value as Value];
  return list.filter((item): item is ValueMap => typeof item === 'object' && item !== null && !Array.isArray(item));
}

/** Of a provider that is configured apart, and nobody tells how. */
export function elsewhere({ partition }: Place): Place {
  return { account: undefined, region: undefined, partition };
}
