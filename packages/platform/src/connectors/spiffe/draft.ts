/** Facts of a SPIRE server in the making: what several files say about one trust domain is brought together. */
import { type AnyFact, type FactTypes, type Gap, type SpiffeFactKind, spiffeFactSchemas } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';

type Domain = { -readonly [K in keyof FactTypes['spiffe.trust-domain']]: FactTypes['spiffe.trust-domain'][K] };

const maxFacts = 400_000;

export class SpiffeDraft {
  readonly gaps: Gap[] = [];
  readonly #made = new Map<string, { kind: SpiffeFactKind; data: object; locator: string }>();
  readonly #domains = new Map<string, { data: Domain; locator: string }>();

  domain(trustDomain: string, locator: string): Domain {
    const name = trustDomain.toLowerCase();
    const known = this.#domains.get(name);
    if (known !== undefined) return known.data;
    const data: Domain = { trustDomain: name, jwtIssuer: undefined, federation: [] };
    this.#domains.set(name, { data, locator });
    return data;
  }

  add(kind: SpiffeFactKind, id: string, data: object, locator: string): void {
    if (this.#made.size < maxFacts) this.#made.set(id, { kind, data, locator });
    else if (this.#made.size === maxFacts && !this.gaps.some(({ code }) => code === 'FB-FILE-TOO-LARGE'))
      this.gaps.push(gap('FB-FILE-TOO-LARGE', [kind], locator, `There are more than ${maxFacts} entries.`));
  }

  ignored(locator: string, reason: string): void {
    this.gaps.push(gap('FB-OBJECT-IGNORED', [], locator, reason));
  }
  invalid(kind: SpiffeFactKind, locator: string, reason: string): void {
    this.gaps.push(gap('FB-OBJECT-INVALID', [kind], locator, reason));
  }

  /** In the order of the ids. What does not fit its schema becomes a gap. */
  facts(): AnyFact[] {
    for (const [name, { data, locator }] of this.#domains)
      this.add('spiffe.trust-domain', `spiffe:TrustDomain/${name}`, data, locator);
    const facts: AnyFact[] = [];
    for (const [id, { kind, data, locator }] of [...this.#made].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const parsed = spiffeFactSchemas[kind].safeParse(data);
      if (parsed.success)
        facts.push({ id, kind, data: parsed.data, source: { connector: 'spiffe', locator } } as AnyFact);
      else {
        const [issue] = parsed.error.issues;
        this.invalid(kind, locator, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`);
      }
    }
    return facts;
  }
}
