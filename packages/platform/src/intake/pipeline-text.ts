/** What scripts of any pipeline system give away: names of credentials that they use, images that they push. Never a value. */

/** Variables that are called like credentials: `$AWS_SECRET_ACCESS_KEY`, `${NPM_TOKEN}`, `$(apiKey)`. Systems' own are left out. */
export function credentialNames(texts: Iterable<string>, own: RegExp, defined: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const text of texts)
    for (const [, braced, plain, called] of text.matchAll(
      /\$(?:\{([A-Za-z_][A-Za-z0-9_]{0,100})[^}]{0,200}\}|([A-Za-z_][A-Za-z0-9_]{0,100})|\(([A-Za-z_][A-Za-z0-9_.]{0,100})\))/g,
    )) {
      const name = braced ?? plain ?? called ?? '';
      if (isCredential(name) && !own.test(name) && !defined.has(name)) names.add(name);
    }
  return [...names].sort();
}

/** By the words of its name. */
function isCredential(name: string): boolean {
  return /(?:^|_|-|\.|[a-z])(?:token|secret|passw(?:or)?d|pass|pwd|api_?key|access_?key|private_?key|key|credentials?|auth|kubeconfig|pat)(?:$|_|-|\.|[A-Z0-9])/i.test(
    name,
  );
}

/** What `docker push` and its kin push, with known variables put in; a name that stays unknown is left out, a tag is not needed. */
export function pushedImages(texts: Iterable<string>, known: ReadonlyMap<string, string>): string[] {
  const images = new Set<string>();
  const command =
    /\b(?:docker|podman|buildah)\s+(?:image\s+)?push\s+(?:-[\w-]+(?:=\S+)?\s+)*["']?([^\s"';&|]{1,300})|\b(?:crane|skopeo)\s+(?:copy|cp)\s+\S{1,300}\s+["']?([^\s"';&|]{1,300})|--destination[= ]["']?([^\s"';&|]{1,300})/g;
  for (const text of texts)
    for (const [, first, second, third] of text.matchAll(command)) {
      const written = (first ?? second ?? third ?? '').replace(/^(?:docker|oci):\/\//, '');
      const filled = written.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (whole, name: string) => known.get(name) ?? whole);
      const colon = filled.indexOf(':', filled.lastIndexOf('/') + 1);
      const name = colon < 0 ? filled : filled.slice(0, colon);
      if (name !== '' && !/[$`({]/.test(name)) images.add(name);
    }
  return [...images].sort();
}
