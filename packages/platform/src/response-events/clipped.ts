/** Foreign text, bounded: what is longer ends with an ellipsis. */
export function clipped(text: string, longest = 2000): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
