import { ForeignText } from './foreign-text.tsx';
import classes from './node-name.module.css';

interface NodeNameProps {
  readonly node: { readonly kind: string; readonly id: string; readonly name: string };
  readonly most?: number;
}

/** A node as everybody speaks of it: kind, then name; its id is in the title. */
export function NodeName({ node, most = 60 }: NodeNameProps) {
  return (
    <span className={classes.node} title={node.id}>
      <span className={classes.kind}>
        <ForeignText text={node.kind} most={40} />
      </span>{' '}
      <ForeignText text={node.name} most={most} mono />
    </span>
  );
}
