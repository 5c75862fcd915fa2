/** What is open: the address or path alone. Every reading and every step has a connection of its own. */
export interface StoresConfig {
  readonly from: string;
}
