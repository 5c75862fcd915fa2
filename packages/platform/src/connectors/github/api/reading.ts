/** One reading of one repository or account: asks, keeps what it could not read, and makes facts. */
import type { Collected, FactKind } from '@firebreak/contract';
import { text } from '../../../intake/foreign.ts';
import { factOf } from '../fact.ts';
import type { GithubAnswers } from './answers.ts';

export class Reading {
  readonly host: string;
  readonly out: Collected[] = [];
  readonly #answers: GithubAnswers;
  readonly #signal: AbortSignal;

  constructor(answers: GithubAnswers, host: string, signal: AbortSignal) {
    this.#answers = answers;
    this.host = host;
    this.#signal = signal;
  }

  /** The answer, or undefined with a gap. @param optional 404 means that there is none, and is no gap. */
  async get(
    path: string,
    kinds: readonly FactKind[],
    optional = false,
  ): Promise<{ readonly value: unknown } | undefined> {
    const answer = await this.#answers.get(path, this.#signal);
    if (answer.ok) return { value: answer.value };
    if (!optional || !answer.absent) this.out.push({ gap: answer.gap(kinds) });
    return undefined;
  }

  /** What came, and whether that is all. */
  async list(
    path: string,
    key: string | undefined,
    kinds: readonly FactKind[],
    optional = false,
  ): Promise<{ readonly items: readonly unknown[]; readonly whole: boolean }> {
    const { items, missing } = await this.#answers.list(path, key, this.#signal);
    if (missing !== undefined && (!optional || !missing.absent)) this.out.push({ gap: missing.gap(kinds) });
    return { items, whole: missing === undefined };
  }

  fact<K extends FactKind>(kind: K, id: string, data: unknown, path: string): void {
    this.out.push(factOf(kind, id, data, `${this.#answers.address}${path}`));
  }
}

/** A part of a path, escaped. */
export function part(name: string): string {
  return encodeURIComponent(name);
}

/** Accounts fold case. */
export function login(value: unknown): string | undefined {
  return text(value)?.toLowerCase();
}
