import type { GraphNode, NodeRule } from '@firebreak/contract';

/**
 * What stands in a file stays until somebody changes it. Of a credential that is taken from elsewhere when it is needed only the
 * place is known, and nothing is said about how long it lives.
 */
export default {
  kinds: ['Credential'],
  needs: ['agent.credential'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('agent.credential')) {
      const { name, place, inFile, from, system, created, expires } = data;
      const lifetime = expires !== undefined ? 'short-lived' : inFile ? 'static' : undefined;
      yield {
        id,
        kind: 'Credential',
        class: 'credential',
        name: system === undefined ? name : `${name} (${system})`,
        facts: [id],
        ...(lifetime === undefined ? {} : { tenure: tenureOf(lifetime, created, expires) }),
        detail: {
          place,
          literalInFile: inFile,
          ...(system === undefined ? {} : { system }),
          ...(from === undefined ? {} : { from }),
        },
      };
    }
  },
} satisfies NodeRule;

const day = 24 * 60 * 60 * 1000;

/** A token that lives longer than a day is there to stay, whatever its last day is. */
function tenureOf(
  lifetime: 'static' | 'short-lived',
  created: string | undefined,
  expires: string | undefined,
): NonNullable<GraphNode['tenure']> {
  const span = created === undefined || expires === undefined ? undefined : Date.parse(expires) - Date.parse(created);
  return {
    lifetime: span !== undefined && span > day ? 'static' : lifetime,
    access: 'standing',
    ...(created === undefined ? {} : { created }),
    ...(expires === undefined ? {} : { expires }),
  };
}
