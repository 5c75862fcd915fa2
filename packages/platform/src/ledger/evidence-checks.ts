/** The checks of an evidence file, in the order in which a reader wants them. */
const titles = {
  archive: 'the file holds the parts of an export in their order, and nothing else',
  key: 'the verifier key in the file',
  signature: 'the checkpoint is signed by that key',
  since: 'the log still begins with what the earlier checkpoint signed',
  witnesses: 'a second party has seen the checkpoint',
  timestamps: 'a time stamping authority has seen the checkpoint',
  tiles: 'every log tile is part of the signed tree',
  inclusion: 'every entry is in the signed tree, unchanged, at its place',
  records: 'every record is a well-formed entry',
  sequence: 'the entries of the incident are complete and in order',
  times: 'the times of the entries do not contradict each other or the second parties',
  end: 'the last entry is that of the export, and nothing was cut off',
  documents: 'every document is the one that the last entry names',
  blobs: 'every file that an entry names is there, unchanged, and no other',
  manifest: 'the manifest lists exactly what is here',
} as const;

export type CheckName = keyof typeof titles;

/** Those that are not made of every file. */
const onDemand: ReadonlySet<CheckName> = new Set(['since', 'witnesses', 'timestamps', 'tiles', 'times', 'documents']);

interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly failures: number;
}

/** Results as they come in: a failure stays, the first one is told and the others are counted. */
export class EvidenceChecks {
  readonly #found = new Map<CheckName, Finding>();
  readonly #due = new Set<CheckName>();

  /** This check is made of this file: it is listed, and fails unless it comes to its end. */
  demand(...names: readonly CheckName[]): void {
    for (const name of names) this.#due.add(name);
  }

  fail(name: CheckName, detail: string): void {
    const before = this.#found.get(name);
    const failures = (before?.failures ?? 0) + 1;
    this.#found.set(name, { ok: false, detail: failures === 1 ? detail : (before?.detail ?? detail), failures });
  }

  /** The check came to its end; it holds unless something failed on the way. */
  pass(name: CheckName, detail: string): void {
    if (!this.#found.has(name)) this.#found.set(name, { ok: true, detail, failures: 0 });
  }

  /** Whether all that failed is what second parties should have said. */
  onlySecondParties(): boolean {
    const seconds: ReadonlySet<CheckName> = new Set(['witnesses', 'timestamps']);
    const names = (Object.keys(titles) as CheckName[]).filter((name) => !onDemand.has(name) || this.#due.has(name));
    return names.every((name) => seconds.has(name) || this.#found.get(name)?.ok === true);
  }

  list(): { check: string; ok: boolean; detail: string }[] {
    const listed = (Object.keys(titles) as CheckName[]).filter((name) => !onDemand.has(name) || this.#due.has(name));
    return listed.map((name) => {
      const check = titles[name];
      const { ok, detail, failures } = this.#found.get(name) ?? {
        ok: false,
        detail: 'not carried to its end, because the file is not in order',
        failures: 1,
      };
      return { check, ok, detail: failures > 1 ? `${detail} (and ${failures - 1} more)` : detail };
    });
  }
}

/** Foreign text for a report: what could fool a terminal or a reader is escaped, what is too long is cut. */
export function shown(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return short
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
