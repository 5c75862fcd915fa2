/**
 * The one-time text in what somebody followed or pasted: a whole address, its part after `#`, or the bare text. Null when
 * there is none.
 */
export function linkIn(text: string): string | null {
  const trimmed = text.trim();
  const hash = trimmed.includes('#') ? trimmed.slice(trimmed.indexOf('#') + 1) : trimmed;
  const named = new URLSearchParams(hash).get('link');
  if (named !== null && named !== '') return named;
  return /^[\w.~+/=-]{8,200}$/.test(hash) ? hash : null;
}
