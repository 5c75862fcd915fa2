/** Which receivers of security events know a node, and what they can be told of it. */
import {
  type Estate,
  FirebreakError,
  type GraphNode,
  type Lever,
  lever,
  nodeRef,
  type SsfReceiver,
  type SubjectIdentifier,
  subjectIdentifier,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { parseSelector, type Selector } from '../selector.ts';

interface Known {
  readonly receiver: SsfReceiver;
  readonly node: Selector;
  readonly as: Readonly<Record<string, string>>;
  readonly credential: string | undefined;
}

/** A selector that cannot be read means nobody. */
const knownBy: (estate: Estate) => readonly Known[] = perEstate((estate) =>
  estate.all('ssf.receiver').flatMap(({ data: receiver }) =>
    receiver.subjects.flatMap(({ node, as, credential }): Known[] => {
      try {
        return [{ receiver, node: parseSelector(node), as, credential }];
      } catch (error) {
        if (error instanceof FirebreakError) return [];
        throw error;
      }
    }),
  ),
);

/** In the order of the facts. */
export function signalsAbout(estate: Estate, node: GraphNode): readonly Lever[] {
  return knownBy(estate).flatMap(({ receiver: { transmitter, receiver, events }, node: meant, as, credential }) => {
    const subject = meant.some((terms) => terms.every((holds) => holds(node))) ? subjectOf(as, node) : undefined;
    if (subject === undefined) return [];
    const about = { transmitter, receiver, subject, node: nodeRef(node) };
    return [
      ...(events.includes('session-revoked') ? [lever('ssf.session-revoked', about)] : []),
      ...(credential !== undefined && events.includes('credential-change')
        ? [lever('ssf.credential-change', { ...about, credential, change: 'revoke' })]
        : []),
    ];
  });
}

/** Undefined where the node does not have what the receiver calls it by. */
function subjectOf(as: Readonly<Record<string, string>>, node: GraphNode): SubjectIdentifier | undefined {
  let known = true;
  const filled = Object.entries(as).map(([member, template]) => {
    const text = template.replace(/\$\{([a-zA-Z.]{1,64})\}/g, (_, name: string) => {
      const value = propertyOf(node, name);
      if (value === undefined) known = false;
      return value ?? '';
    });
    return [member, text] as const;
  });
  const parsed = subjectIdentifier.safeParse(Object.fromEntries(filled));
  return known && parsed.success ? parsed.data : undefined;
}

function propertyOf(node: GraphNode, name: string): string | undefined {
  if (name === 'id' || name === 'name' || name === 'namespace') return node[name];
  const detail = name.startsWith('detail.') ? node.detail?.[name.slice('detail.'.length)] : undefined;
  return detail === undefined ? undefined : String(detail);
}
