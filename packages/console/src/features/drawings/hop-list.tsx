import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { likelihoodWord } from '../paths/path-text.ts';
import { PickButton } from '../what-if/pick-button.tsx';
import { stepToggle } from '../what-if/tray.ts';
import classes from './drawing-view.module.css';

type Ref = { readonly kind: string; readonly id: string; readonly name: string };

interface Hop {
  readonly from: Ref;
  readonly to: Ref;
  readonly type: string;
  readonly by?: readonly Ref[];
  readonly facts: readonly string[];
  readonly note?: string | undefined;
  readonly likelihood: number;
}

const most = 500;

/** Every line of a drawing as a sentence. */
export function HopList({ hops }: { readonly hops: readonly Hop[] }) {
  return (
    <ol className={classes.hops}>
      {hops.slice(0, most).map((hop) => (
        <li key={stepToggle(hop)}>
          <div className={classes.ends}>
            <NodeLink node={hop.from} /> → <NodeLink node={hop.to} />
            {hop.by !== undefined && hop.by.length > 0 && (
              <>
                {' '}
                by{' '}
                {hop.by.map((node, index) => (
                  <span key={node.id}>
                    {index > 0 && ', then '}
                    <NodeLink node={node} most={40} />
                  </span>
                ))}
              </>
            )}
          </div>
          <div className={`${classes.facts} fb-quiet`}>
            <code>{hop.type}</code>
            {hop.likelihood < 1 && `, ${likelihoodWord(hop.likelihood)}`}
            {hop.note !== undefined && (
              <>
                , <ForeignText text={hop.note} most={200} />
              </>
            )}
            {hop.facts.length > 0 && (
              <>
                , stands on <ForeignText text={hop.facts.join(', ')} most={160} mono />
              </>
            )}
          </div>
          {/* A hop by way of credentials is several edges; each can be taken away on the page of its node. */}
          {(hop.by === undefined || hop.by.length === 0) && (
            <PickButton toggle={stepToggle(hop)} of={`${hop.type} from ${hop.from.name} to ${hop.to.name}`} />
          )}
        </li>
      ))}
      {hops.length > most && <li className="fb-quiet">and {hops.length - most} more</li>}
    </ol>
  );
}
