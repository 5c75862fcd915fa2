/** What events are carried in by those who hand them on. One file, one envelope, default export; the formats know nothing of them. */
export interface Envelope {
  readonly id: string;
  /** What is in it; a sentence when it cannot be opened; undefined for what is no such envelope. Bounded. */
  readonly open: (value: unknown) => readonly unknown[] | string | undefined;
}
