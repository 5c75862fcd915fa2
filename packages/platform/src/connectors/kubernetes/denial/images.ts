/** Whether an image, as it is written, is one of those that a denial names. The policy's own expression says the same in CEL. */
export function denies(patterns: readonly string[], image: string): boolean {
  return patterns.some((denied) => {
    if (image === denied) return true;
    if (denied.startsWith('@')) return image.endsWith(denied);
    if (denied.endsWith('/')) return image.startsWith(denied);
    return image.startsWith(`${denied}:`) || image.startsWith(`${denied}@`);
  });
}
