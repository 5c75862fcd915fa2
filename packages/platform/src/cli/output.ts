/** How a command speaks and ends: results on standard output, everything else on standard error, one exit code. */
import { type Completeness, catalogue, FirebreakError } from '@firebreak/contract';
import pc from 'picocolors';
import { joined, red, Shown, show, visibleJson, yellow } from './shown.ts';
import type { Terminal } from './terminal.ts';

export const exitCodes = { done: 0, checkFailed: 1, usage: 2, limited: 3 } as const;

/** Lines that go out in one piece. */
const batch = 500;
/** Gaps and candidates that a person gets to see; `--json` has them all. */
const shownItems = 20;

export class Output {
  readonly #terminal: Terminal;
  #exitCode: number = exitCodes.done;
  /** Why nothing more can be written: the reader has enough (`| head`), or the disk is full. */
  #closed: NodeJS.ErrnoException | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.out.on('error', (error) => {
      this.#closed ??= error;
    });
    terminal.err.on('error', () => {});
  }

  /** What the process should end with. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** One JSON document. */
  async json(value: unknown): Promise<void> {
    await this.#write(`${visibleJson(value, 2)}\n`);
  }

  /** One JSON value a line. */
  async jsonLines(values: Iterable<unknown>): Promise<void> {
    await this.#lines(values, (value) => visibleJson(value));
  }

  /** One JSON object with a long list under `name`, written as it comes. */
  async jsonList(name: string, values: Iterable<unknown>, rest: object): Promise<void> {
    await this.#write(`{"${name}": [`);
    let first = true;
    await this.#lines(values, (value) => {
      const line = `${first ? '\n' : ','}${visibleJson(value)}`;
      first = false;
      return line;
    });
    await this.#write(`], ${visibleJson(rest).slice(1)}\n`);
  }

  async text(...lines: readonly Shown[]): Promise<void> {
    await this.textLines(lines);
  }

  async textLines(lines: Iterable<Shown>): Promise<void> {
    await this.#lines(lines, ({ text }) => text);
  }

  /** For the person, not for the pipe. */
  note(line: Shown): void {
    this.#terminal.err.write(`${line.text}\n`);
  }

  checkFailed(): void {
    this.#exitCode = exitCodes.checkFailed;
  }

  /** Neither good nor bad: somebody must look. */
  held(): void {
    if (this.#exitCode === exitCodes.done) this.#exitCode = exitCodes.limited;
  }

  /** Says what a limited answer lacks. */
  limited(completeness: Completeness): void {
    if (completeness.answer === 'complete') return;
    const { reasons } = completeness;
    this.note(yellow(`limited: ${reasons.length} ${reasons.length === 1 ? 'thing was' : 'things were'} not read`));
    for (const { code, where, reason, next } of reasons.slice(0, shownItems))
      this.note(show`  ${code}  ${where}: ${reason} ${next}`);
    if (reasons.length > shownItems) this.note(show`  … and ${reasons.length - shownItems} more (--json has them all)`);
    if (this.#exitCode === exitCodes.done) this.#exitCode = exitCodes.limited;
  }

  /** What, why, what next; JSON when the command speaks JSON. A stack trace only for what is our own fault. */
  fail(error: unknown, asJson: boolean): void {
    const coded = asCoded(error);
    const { code, what, why, next, detail } = coded.toJSON();
    this.#exitCode = catalogue[code].exit;
    if (asJson) {
      this.note(new Shown(visibleJson({ error: coded.toJSON() })));
      return;
    }
    this.note(joined([show`${red(code)} ${what} ${why}`, show`  ${next}`]));
    if (Array.isArray(detail?.candidates))
      for (const candidate of detail.candidates.slice(0, shownItems)) this.note(show`  - ${String(candidate)}`);
    if (code === 'FB-INTERNAL' && error instanceof Error)
      this.note(joined((error.stack ?? '').split('\n').map((line) => show`${line}`)));
  }

  /** @throws FirebreakError FB-OUTPUT-UNWRITABLE when what was said did not arrive, unless the reader wanted no more */
  mustHaveArrived(): void {
    if (this.#closed !== undefined && this.#closed.code !== 'EPIPE')
      throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${this.#closed.message}.`, { cause: this.#closed });
  }

  async #lines<T>(values: Iterable<T>, print: (value: T) => string): Promise<void> {
    let lines: string[] = [];
    for (const value of values) {
      if (this.#closed !== undefined) return;
      lines.push(print(value));
      if (lines.length < batch) continue;
      await this.#write(`${lines.join('\n')}\n`);
      lines = [];
    }
    if (lines.length > 0) await this.#write(`${lines.join('\n')}\n`);
  }

  /** Waits while the reader is slow; does nothing once it has gone. */
  async #write(text: string): Promise<void> {
    const { out } = this.#terminal;
    if (this.#closed !== undefined || out.write(text)) return;
    await new Promise<void>((resolve) => {
      const events = ['drain', 'close', 'error'] as const;
      const go = () => {
        for (const event of events) out.off(event, go);
        resolve();
      };
      for (const event of events) out.on(event, go);
    });
  }
}

function asCoded(error: unknown): FirebreakError {
  if (error instanceof FirebreakError) return error;
  return new FirebreakError('FB-INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}

/** The checks of a report, one a line. */
export function describeChecks(checks: readonly { check: string; ok: boolean; detail: string }[]): Shown {
  return joined(checks.map(({ check, ok, detail }) => show`${mark(ok)}  ${check}: ${detail}`));
}

function mark(ok: boolean): Shown {
  return new Shown(ok ? pc.green('ok  ') : pc.red('FAIL'));
}
