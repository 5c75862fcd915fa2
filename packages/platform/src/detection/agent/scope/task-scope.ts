/**
 * What agents may do for a task, as people write it down: a policy that is closed by default. A call is inside when one permission
 * covers all of it and no denial covers it. Conditions of a permission that are not written do not restrict; a scope without
 * permissions allows nothing.
 */
export interface Hours {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day in UTC; a span may go over midnight. */
  readonly from: number;
  readonly to: number;
}

export interface Permission {
  /** Line of the file that it is written in, 1-based. */
  readonly line: number;
  /** Names with `*`. */
  readonly tools: readonly string[];
  readonly servers?: readonly string[];
  /** What arguments that name a path or resource may say. */
  readonly resources?: readonly string[];
  /** Hosts and recipients that may be named. */
  readonly destinations?: readonly string[];
  /** By argument, what it may say. */
  readonly arguments?: ReadonlyMap<string, readonly string[]>;
  readonly hours?: Hours;
  /** A person must have approved the call, and its log must say so: a setting is nobody. */
  readonly approval?: true;
  /** In one conversation. */
  readonly amounts?: { readonly calls?: number; readonly records?: number; readonly characters?: number };
}

export interface Denial {
  readonly line: number;
  readonly tools: readonly string[];
  readonly because: string;
}

export interface TaskScope {
  readonly name: string;
  readonly file: string;
  /** Both must fit, by name with `*`; one that is not written fits all. */
  readonly agents?: readonly string[];
  readonly tasks?: readonly string[];
  readonly allow: readonly Permission[];
  readonly deny: readonly Denial[];
}

/** Whether a name is what a pattern says, `*` standing for anything. Without regard to case; linear but for a factor of the stars. */
export function fits(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
