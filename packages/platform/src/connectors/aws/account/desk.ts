/**
 * What a reading asks with: one service in one region, the gaps that its questions left, and the facts that it makes. An
 * operation that the reading did not declare is refused here, because the printed role is made of the declarations.
 */
import { type AnyFact, awsId, type Collected, type FactKind, factSchemas } from '@firebreak/contract';
import { array, at, type Foreign, printable, record } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { inOrder } from '../../../intake/in-order.ts';
import { type Answer, type Calls, codeOfFailure, commandName, type Failure, type Service } from './calls.ts';

/** What is asked of one service, for which fact kinds. */
export interface Scope {
  readonly service: Service;
  /** Kinds that are missing or incomplete when it fails: of facts, or of parts that rules ask for by name. */
  readonly kinds: readonly string[];
  /** Operation → the IAM action that allows it. */
  readonly operations: Readonly<Record<string, string>>;
  /** Pages that are enough, where nobody wants them all. */
  readonly pages?: number;
}
export interface Reading extends Scope {
  /** Whether it is read once, or once in every region. */
  readonly where: 'account' | 'region';
  /** What it asks of other services, or for other kinds. */
  readonly besides?: readonly Scope[];
  readonly read: (desk: Desk) => AsyncIterable<Collected>;
}
/** The account and region that are read. */
export interface Place {
  readonly account: string;
  readonly partition: string;
  /** Undefined for what is not of one region. */
  readonly region: string | undefined;
}

/** Questions about single things that are under way at the same time. */
const width = 8;

export class Desk {
  readonly place: Place;
  readonly #scope: Scope;
  readonly #calls: Calls;
  readonly #signal: AbortSignal;
  readonly #gaps: LeftOpen[];

  constructor(scope: Scope, calls: Calls, place: Place, signal: AbortSignal, gaps: LeftOpen[] = []) {
    this.place = place;
    this.#scope = scope;
    this.#calls = calls;
    this.#signal = signal;
    this.#gaps = gaps;
  }

  /** The same place, for questions of another scope; their gaps are told with ours. */
  beside(scope: Scope): Desk {
    return new Desk(scope, this.#calls, this.place, this.#signal, this.#gaps);
  }

  /** `arn:<partition>:<service>:<region>:<account>:<resource>`; undefined where nobody told the region. */
  arn(service: string, resource: string): string | undefined {
    const { partition, region, account } = this.place;
    return region === undefined ? undefined : `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }

  /** Everything below `path` of an answer with all its pages; each is an object or a text. */
  async list(operation: string, path: string, input: Foreign = {}, ...about: readonly string[]): Promise<Listed> {
    const answer = await this.#answered(operation, input, about);
    if (!answer.ok) {
      this.report(operation, answer, about);
      return { ok: false, items: [], texts: [], locator: answer.locator };
    }
    const found = array(at(answer.value, ...path.split('.')));
    return {
      ok: answer.cut === undefined,
      items: found.map(record).filter((item) => item !== undefined),
      texts: found.filter((item) => typeof item === 'string'),
      locator: answer.locator,
    };
  }

  /** One answer; undefined where there is no such thing, or where it could not be had, which is then a gap. */
  async get(operation: string, input: Foreign, ...about: readonly string[]): Promise<Foreign | undefined> {
    const answer = await this.#answered(operation, input, about);
    if (answer.ok) return answer.value;
    if (answer.failure !== 'absent') this.report(operation, answer, about);
    return undefined;
  }

  /** Whether there is such a thing; undefined where that could not be learned, which is then a gap. */
  async has(operation: string, input: Foreign, ...about: readonly string[]): Promise<boolean | undefined> {
    const answer = await this.look(operation, input, ...about);
    if (answer.ok) return true;
    if (answer.failure === 'absent') return false;
    this.report(operation, answer, about);
    return undefined;
  }

  /** An answer; that it is not all of it is told. */
  async #answered(operation: string, input: Foreign, about: readonly string[]): Promise<Answer> {
    const answer = await this.look(operation, input, ...about);
    if (answer.ok && answer.cut !== undefined)
      this.report(operation, { ...answer.cut, locator: answer.locator }, about);
    return answer;
  }

  /** Several things at the same time, handed out in their order. */
  each<T, R>(things: Iterable<T>, work: (thing: T) => Promise<R>): AsyncGenerator<R> {
    return inOrder(things, width, work);
  }

  /** See `Calls.parts`. */
  parts<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
    return this.#calls.parts(list, size);
  }

  /** A fact, or the gap of an entry that is not of the documented shape. Its ARN is its identity, where it has no other. */
  fact(kind: FactKind, arn: unknown, data: Foreign, locator: string, id?: string): Collected {
    const parsed = factSchemas[kind].safeParse(data);
    if (parsed.success && typeof arn === 'string') {
      // The schema of the kind made the data, which the union of all facts cannot see.
      const fact = { id: id ?? awsId(arn), kind, data: parsed.data, source: { connector: 'aws', locator } } as AnyFact;
      return { fact };
    }
    const issue = parsed.error?.issues[0];
    const field = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.map(String).join('.');
    const name = typeof arn === 'string' ? printable(arn, 120) : '(no ARN)';
    return {
      gap: gap('FB-AWS-INVALID', [kind], locator, `${name}: ${printable(field)}: ${issue?.message ?? 'invalid'}.`),
    };
  }

  /**
   * What the questions so far left open; each is told once. By what was asked about and then as the scope declares its operations:
   * answers come as they like, and one account must leave the same gaps each time.
   */
  gaps(): readonly Collected[] {
    return this.#gaps
      .splice(0)
      .sort((a, b) => (a.about === b.about ? a.rank - b.rank : a.about < b.about ? -1 : 1))
      .map(({ collected }) => collected);
  }

  /** One answer, whatever it is; what it leaves open is for the caller to tell. */
  async look(operation: string, input: Foreign, ...about: readonly string[]): Promise<Answer> {
    this.#signal.throwIfAborted();
    const { service, operations, pages } = this.#scope;
    if (!Object.hasOwn(operations, operation)) throw new Error(`${service} does not declare ${operation}`);
    const question = { service, operation, region: this.place.region, input, about };
    return this.#calls.ask(pages === undefined ? question : { ...question, pages }, this.#signal);
  }

  /** Tells of a question that failed. */
  report(
    operation: string,
    { failure, reason, locator }: Failure & { readonly locator: string },
    about: readonly string[],
  ): void {
    const { kinds, operations } = this.#scope;
    const action = failure === 'denied' ? ` It needs ${operations[operation]}.` : '';
    const what = [commandName(operation), ...about].join(' ');
    // A region without the service has none of its resources, and what is enough leaves nothing open.
    const open = failure === 'elsewhere' || failure === 'enough' ? [] : kinds;
    this.#gaps.push({
      about: about.join('\0'),
      rank: Object.keys(operations).indexOf(operation),
      collected: { gap: gap(codeOfFailure[failure], open, locator, `${what}: ${reason}${action}`) },
    });
  }
}

interface LeftOpen {
  /** What was asked about, and the place of the operation in its scope. */
  readonly about: string;
  readonly rank: number;
  readonly collected: Collected;
}

export interface Listed {
  /** Whether these are all. */
  readonly ok: boolean;
  readonly items: readonly Foreign[];
  readonly texts: readonly string[];
  readonly locator: string;
}
