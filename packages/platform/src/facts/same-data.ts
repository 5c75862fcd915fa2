/** Whether two values of plain data (objects, lists, strings, numbers, booleans, null) are alike to the last field. */
export function sameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return false;
    for (let at = 0; at < one.length; at += 1) if (!sameData(one[at], other[at])) return false;
    return true;
  }
  const [a, b] = [one as Readonly<Record<string, unknown>>, other as Readonly<Record<string, unknown>>];
  const fields = Object.keys(a);
  if (fields.length !== Object.keys(b).length) return false;
  for (const field of fields) if (!Object.hasOwn(b, field) || !sameData(a[field], b[field])) return false;
  return true;
}
