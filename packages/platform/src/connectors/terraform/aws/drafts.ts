/**
 * Facts in the making: Terraform says in many resources what AWS answers as one (a role and its policies), so makers begin
 * facts and additions complete them, whatever stands first. What becomes of a draft is decided by the contract's schemas.
 */
import { type AnyFact, awsAccountId, awsId, type Collected, type FactKind, factSchemas } from '@firebreak/contract';
import { printable } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';

/** Data of a fact, to be added to. */
export type Data = Record<string, unknown>;

interface Draft {
  readonly kind: FactKind;
  readonly arn: string;
  readonly data: Data;
  readonly locator: string;
}

export class Drafts {
  readonly #drafts: Draft[] = [];
  readonly #byKey = new Map<string, Draft>();

  /** `names`: what else others call it by, besides its ARN. */
  put(kind: FactKind, arn: string, data: Data, locator: string, names: readonly (string | undefined)[] = []): void {
    const draft = { kind, arn, data, locator };
    this.#drafts.push(draft);
    for (const name of [arn, ...names]) if (name !== undefined) this.#byKey.set(`${kind} ${name}`, draft);
  }

  /** The data of what was put before under this ARN or name. */
  find(kind: FactKind, name: string | undefined): Data | undefined {
    return name === undefined ? undefined : this.#byKey.get(`${kind} ${name}`)?.data;
  }

  /** Adds to a list of it; false when there is no such thing in the source. */
  add(kind: FactKind, name: string | undefined, list: string, item: unknown): boolean {
    const data = this.find(kind, name);
    if (data === undefined) return false;
    const known = Array.isArray(data[list]) ? (data[list] as unknown[]) : [];
    data[list] = [...known, item];
    return true;
  }

  *all(kind: FactKind): Generator<Data> {
    for (const draft of this.#drafts) if (draft.kind === kind) yield draft.data;
  }

  *facts(): Generator<Collected> {
    for (const { kind, arn, data, locator } of this.#drafts) {
      const parsed = factSchemas[kind].safeParse(data);
      const id = kind === 'aws.account' ? awsAccountId(arn) : awsId(arn);
      if (parsed.success) {
        // The schema of the kind made the data, which the union of all facts cannot see.
        yield { fact: { id, kind, data: parsed.data, source: { connector: 'terraform', locator } } as AnyFact };
        continue;
      }
      const issue = parsed.error.issues[0];
      const field = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.map(String).join('.');
      const reason = `${printable(arn, 120)}: ${printable(field)}: ${issue?.message ?? 'invalid'}.`;
      yield { gap: gap('FB-AWS-INVALID', [kind], locator, reason) };
    }
  }
}

/** How one type of resource is read. */
export interface Mapping {
  /** Kinds that are incomplete when one of its attributes is not known. */
  readonly kinds: readonly FactKind[];
  readonly read: (view: import('./view.ts').View, drafts: Drafts) => void;
}
/** By the type of the resource. */
export type Mappings = Readonly<Record<string, Mapping>>;

export function mapping(kinds: FactKind | readonly FactKind[], read: Mapping['read']): Mapping {
  return { kinds: typeof kinds === 'string' ? [kinds] : kinds, read };
}
