import type { PrivilegeRow } from '@firebreak/contract/answers/privileges';
import { CopyButton } from '../../ui/copy-button.tsx';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import { visible } from '../../ui/visible.ts';
import { PickButton } from '../what-if/pick-button.tsx';
import classes from './privilege-card.module.css';

const words: Readonly<Record<PrivilegeRow['verdict'], readonly [word: string, tone: Tone]>> = {
  'right-sized': ['right-sized', 'good'],
  'over-granted': ['over-granted', 'warn'],
  unused: ['unused', 'warn'],
  'cannot-tell': ['cannot tell', 'neutral'],
};

const most = 40;

/** One identity: each grant with its use, and the change of each object that would do. */
export function PrivilegeCard({ row }: { readonly row: PrivilegeRow }) {
  const [word, tone] = words[row.verdict];
  return (
    <article className={classes.card}>
      <header className={classes.head}>
        <h2>
          <NodeLink node={row} />
        </h2>
        <Tag tone={tone}>{word}</Tag>
        <span className="fb-quiet">
          <ForeignText text={row.why} most={240} />
        </span>
      </header>
      <details>
        <summary>{count(row.granted.length, 'grant')}</summary>
        <ul className={classes.grants}>
          {row.granted.slice(0, most).map((grant) => (
            <li key={`${grant.what} ${grant.object}`}>
              <Tag tone={grant.used === 'unused' ? 'warn' : 'neutral'}>{grant.used}</Tag>
              <span>
                <ForeignText text={grant.what} mono most={120} />{' '}
                <span className="fb-quiet">
                  by <ForeignText text={grant.object} mono most={100} />
                  {grant.lastUsed !== undefined && (
                    <>
                      , last <Moment at={grant.lastUsed} />
                    </>
                  )}
                </span>
              </span>
              <PickButton toggle={grant.object} of={grant.object} />
            </li>
          ))}
          {row.granted.length > most && <li className="fb-quiet">and {row.granted.length - most} more</li>}
        </ul>
      </details>
      {row.proposals.map((proposal) => (
        <details key={proposal.object}>
          <summary>
            {proposal.remove ? 'Remove' : 'Reduce'} <ForeignText text={proposal.object} mono most={90} />
          </summary>
          {proposal.alsoHeldBy.length > 0 && (
            <p className={classes.also}>
              Others hold the same grant, and the change is theirs too:{' '}
              {proposal.alsoHeldBy.slice(0, 8).map((node, index) => (
                <span key={node.id}>
                  {index > 0 && ', '}
                  <NodeLink node={node} most={40} />
                </span>
              ))}
              {proposal.alsoHeldBy.length > 8 && ` and ${proposal.alsoHeldBy.length - 8} more`}
            </p>
          )}
          {proposal.diff !== '' && (
            <>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
              <pre className={classes.diff} tabIndex={0}>
                {proposal.diff.split('\n').map((line, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
                  <span key={index} data-line={/^[+-]/.exec(line)?.[0]}>
                    {`${visible(line)}\n`}
                  </span>
                ))}
              </pre>
              <CopyButton label="Copy the diff" text={() => proposal.diff} />
            </>
          )}
        </details>
      ))}
    </article>
  );
}
