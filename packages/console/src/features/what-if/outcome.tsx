import type { WhatIf } from '@firebreak/contract/answers/what-if';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { PathCard } from '../paths/path-card.tsx';
import { BeforeAfter } from './before-after.tsx';
import classes from './what-if-page.module.css';

const mostRelieved = 200;

interface OutcomeProps {
  readonly answer: WhatIf | undefined;
  readonly settled: boolean;
}

/** What becomes of the exposure: the numbers, who no longer reaches what, and which ways are left. */
export function Outcome({ answer, settled }: OutcomeProps) {
  return (
    <>
      <Panel title="Exposure before and after">
        <div className={classes.figures} data-settled={settled}>
          <BeforeAfter answer={answer} />
        </div>
      </Panel>
      <Panel title="Who is relieved" flush aside={answer && count(answer.relieved.length, 'identity', 'identities')}>
        {answer === undefined || answer.relieved.length === 0 ? (
          <Empty title={answer === undefined ? 'No answer yet.' : 'Nobody loses anything.'}>
            {answer !== undefined &&
              'There is another way for each of them. Open a cell of the exposure matrix and pick a step that all ways share.'}
          </Empty>
        ) : (
          <ul className={classes.relieved}>
            {answer.relieved.slice(0, mostRelieved).map((identity) => (
              <li key={identity.id}>
                <div>
                  <NodeLink node={identity} /> <span className="fb-quiet">keeps {identity.keeps}</span>
                </div>
                <div>
                  no longer reaches{' '}
                  {identity.loses.slice(0, 6).map((asset, index) => (
                    <span key={asset.id}>
                      {index > 0 && ', '}
                      <NodeLink node={asset} most={40} />
                    </span>
                  ))}
                  {identity.loses.length > 6 && ` and ${identity.loses.length - 6} more`}
                </div>
              </li>
            ))}
            {answer.relieved.length > mostRelieved && (
              <li className="fb-quiet">
                and {count(answer.relieved.length - mostRelieved, 'identity', 'identities')} more
              </li>
            )}
          </ul>
        )}
      </Panel>
      {answer !== undefined && answer.left.length > 0 && <Left paths={answer.left} />}
    </>
  );
}

/** Of those who are relieved of something and still reach something: the way to cut next. */
function Left({ paths }: { readonly paths: WhatIf['left'] }) {
  return (
    <Panel title="Ways that are left" aside={count(paths.length, 'way')}>
      <p className="fb-quiet">The best way that each of them still has. Take a step of it away as well to close it.</p>
      {paths.map((path, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paths have no identity of their own
        <PathCard key={index} path={path} allOpen={false} />
      ))}
    </Panel>
  );
}
