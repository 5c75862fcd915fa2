import { Link } from '@tanstack/react-router';
import { NodeName } from './node-name.tsx';

interface NodeLinkProps {
  readonly node: { readonly kind: string; readonly id: string; readonly name: string };
  readonly most?: number;
}

/** A node's name that leads to all that is known of it. */
export function NodeLink({ node, most }: NodeLinkProps) {
  return (
    <Link to="/estate/node" search={{ id: node.id }} className="fb-node-link">
      <NodeName node={node} {...(most === undefined ? {} : { most })} />
    </Link>
  );
}
