import type { SourceText, WorkflowUses } from '@firebreak/contract';

/** `owner/name[/path]@ref`, `./path` (or `$/path`), `docker://image`; anything with an expression in it is one. */
export function usesOf(text: SourceText): WorkflowUses {
  const written = text.value.trim();
  if (written.startsWith('docker://')) {
    const image = written.slice('docker://'.length);
    const ref = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? /:([\w.-]{1,128})$/.exec(image)?.[1];
    const refKind = image.includes('${{')
      ? 'expression'
      : ref === undefined
        ? 'none'
        : image.includes('@')
          ? 'sha'
          : 'tag';
    return { text, kind: 'docker', path: image, refKind, ...(ref === undefined ? {} : { ref }) };
  }
  const local = /^(?:\.|\$)\/(.*)$/.exec(written)?.[1] ?? (written === '.' ? '' : undefined);
  if (local !== undefined && !written.includes('${{')) {
    const path = local.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
    return { text, kind: 'local', path, refKind: 'none' };
  }
  const remote = /^([\w.-]{1,100})\/([\w.-]{1,100})(\/[^@\s]{0,1000})?(?:@(.{1,1000}))?$/.exec(written);
  if (remote === null || /\$\{\{/.test(`${remote[1]}${remote[2]}${remote[3] ?? ''}`))
    return { text, kind: 'expression', refKind: 'expression' };
  const [, owner = '', name = '', path = '', ref] = remote;
  return {
    text,
    kind: 'repository',
    owner: owner.toLowerCase(),
    name: name.toLowerCase(),
    path: path.replace(/^\/+|\/+$/g, ''),
    refKind: refKindOf(ref),
    ...(ref === undefined ? {} : { ref }),
  };
}

/** By how refs look; what GitHub would make of a name that is both a tag and a branch cannot be known from the file. */
function refKindOf(ref: string | undefined): WorkflowUses['refKind'] {
  if (ref === undefined) return 'none';
  if (ref.includes('${{')) return 'expression';
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) return 'sha';
  return /^(v?\d|refs\/tags\/)/.test(ref) ? 'tag' : 'branch';
}
