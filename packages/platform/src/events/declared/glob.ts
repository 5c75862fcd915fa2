/** `*` stands for any text and `?` for one character, as in log sources; without case. In time of pattern times text at the most. */
export function globTest(pattern: string): (text: string) => boolean {
  const wanted = pattern.toLowerCase();
  return (given) => {
    const text = given.toLowerCase();
    let [at, in_] = [0, 0];
    let [star, from] = [-1, 0];
    while (in_ < text.length) {
      if (at < wanted.length && wanted[at] === '*') {
        star = at;
        from = in_;
        at += 1;
      } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === text[in_])) {
        at += 1;
        in_ += 1;
      } else if (star >= 0) {
        // The last star takes one character more.
        at = star + 1;
        from += 1;
        in_ = from;
      } else return false;
    }
    while (wanted[at] === '*') at += 1;
    return at === wanted.length;
  };
}
