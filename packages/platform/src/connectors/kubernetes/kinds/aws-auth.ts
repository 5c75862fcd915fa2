/**
 * The `aws-auth` map of EKS: YAML texts in a config map that say which AWS role or user is whom in the cluster. The one map
 * whose content is read, because it is a list of grants and holds no secret. A text that does not parse grants nothing, as
 * EKS itself treats it.
 */
import { load } from 'js-yaml';
import { array, at, field, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';

/** Bytes of one of its texts; a config map holds 1 MiB at most. */
const maxText = 1024 * 1024;
const maxEntries = 10_000;

export interface AwsAuthEntry {
  readonly arn: string;
  readonly username: string | undefined;
  readonly groups: readonly string[];
}

/** Undefined for every other config map. */
export function awsAuthOf(object: ApiObject): readonly AwsAuthEntry[] | undefined {
  if (at(object, 'metadata', 'namespace') !== 'kube-system' || at(object, 'metadata', 'name') !== 'aws-auth')
    return undefined;
  return [
    ...entries(textAt(object, 'data', 'mapRoles'), 'rolearn'),
    ...entries(textAt(object, 'data', 'mapUsers'), 'userarn'),
  ];
}

function entries(source: string | undefined, key: string): readonly AwsAuthEntry[] {
  return array(parsed(source))
    .slice(0, maxEntries)
    .flatMap((entry) => {
      const arn = text(field(entry, key));
      if (arn === undefined) return [];
      const groups = array(field(entry, 'groups')).filter((group) => typeof group === 'string');
      return [{ arn, username: text(field(entry, 'username')), groups }];
    });
}

function parsed(source: string | undefined): unknown {
  if (source === undefined || source.length > maxText) return undefined;
  try {
    // Aliases would let a small text grow; a list of grants needs none.
    return /[&*]/.test(source) && /(^|[\s[,:-])[&*][A-Za-z0-9_]/m.test(source) ? undefined : load(source);
  } catch {
    return undefined;
  }
}
