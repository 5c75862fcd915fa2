/** An open source of declared levers. */
export interface DeclaredSession {
  /** File or folder. */
  readonly from: string;
}
