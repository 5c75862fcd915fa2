import type { Exposure } from '@firebreak/contract/answers/exposure';
import { CloseButton, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { pairQuery } from '../../data/estate-queries.ts';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { PathCard } from '../paths/path-card.tsx';
import classes from './exposure-side.module.css';
import { type Gone, isGone } from './gone.ts';
import { newest, type Pair } from './pair.ts';

interface ExposureSideProps {
  readonly exposure: Exposure;
  readonly opened: Pair | null;
  readonly gone: Gone;
  readonly onClose: () => void;
}

/** Beside the matrix: why the opened cell is reached, or the worst of both lists. */
export function ExposureSide({ exposure, opened, gone, onClose }: ExposureSideProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <aside className={classes.side} aria-label="Why" tabIndex={0}>
      {opened === null ? (
        <Worst exposure={exposure} />
      ) : (
        <Opened
          key={`${opened.identity.id} ${opened.asset.id}`}
          pair={newest(exposure, opened)}
          gone={isGone(gone, opened.identity.id, opened.asset.id)}
          onClose={onClose}
        />
      )}
    </aside>
  );
}

interface OpenedProps {
  readonly pair: Pair;
  readonly gone: boolean;
  readonly onClose: () => void;
}

function Opened({ pair: { identity, asset }, gone, onClose }: OpenedProps) {
  const answer = useQuery(pairQuery(identity.id, asset.id));
  const path = answer.data?.why[0];
  return (
    <>
      <header className={classes.head}>
        <h2>
          <NodeLink node={identity} /> and <NodeLink node={asset} />
        </h2>
        <CloseButton aria-label="Close the cell" onClick={onClose} />
      </header>
      <FactList
        facts={[
          ['Why it matters', asset.jewel],
          ['Impact', `${asset.impact.value} of 10 (${impactWords[asset.impact.from]})`],
          ['Owner of the asset', asset.owner ?? 'nobody stated'],
          ['Owner of the identity', identity.owner ?? 'nobody stated'],
        ]}
      />
      {gone && <Notice tone="good" title="Without what is in the what-if tray, it is no longer reached." />}
      {answer.error !== null && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={240} radius={8} />}
      {path !== undefined && <PathCard path={path} allOpen={false} />}
      {answer.data !== undefined && path === undefined && (
        <Notice tone="info" title="It is not reached any more: the estate has changed since the matrix was drawn." />
      )}
    </>
  );
}

const impactWords = {
  stated: 'its owner says so',
  sensitivity: 'by its stated sensitivity',
  default: 'nobody rated it',
} as const;

function Worst({ exposure }: { readonly exposure: Exposure }) {
  return (
    <>
      <p className="fb-quiet">
        Press a cell to see the way and what cuts it. With the keyboard: arrows move, Enter opens. The number is the
        impact of what is reached; struck through, it is no longer reached without what is in the what-if tray.
      </p>
      <h2 className={classes.title}>Most exposed</h2>
      <ul className={classes.list}>
        {exposure.protected.slice(0, 8).map((asset) => (
          <li key={asset.id}>
            <NodeLink node={asset} most={40} />
            <div className="fb-quiet">
              impact {asset.impact.value}, reached by {asset.reachedBy}
              {asset.owner !== undefined && (
                <>
                  , owner <ForeignText text={asset.owner} most={40} />
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      <h2 className={classes.title}>Reach most</h2>
      <ul className={classes.list}>
        {exposure.identities.slice(0, 8).map((identity) => (
          <li key={identity.id}>
            <NodeLink node={identity} most={40} />
            <div className="fb-quiet">
              score {identity.score}, reaches {identity.reaches.length}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
