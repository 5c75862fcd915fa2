import type { Exposure } from '@firebreak/contract/answers/exposure';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { exposureQuery } from '../../data/estate-queries.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useWhatIf } from '../what-if/use-what-if.ts';
import { ExposureMatrix } from './exposure-matrix.tsx';
import { ExposureNav } from './exposure-nav.tsx';
import classes from './exposure-page.module.css';
import { ExposureSide } from './exposure-side.tsx';
import { goneOf } from './gone.ts';
import { cellOf, type Pair, pairAt } from './pair.ts';

/** Identities × what must not be lost, both worst first. */
export function ExposurePage() {
  const exposure = useQuery(exposureQuery);
  return (
    <>
      <PageHead
        title="Exposure"
        about="Which identities reach which crown jewels, ranked by reach × business impact."
        completeness={exposure.data?.completeness}
      />
      <ExposureNav />
      {exposure.isLoadingError ? (
        <ProblemNotice error={exposure.error} onRetry={() => void exposure.refetch()} />
      ) : exposure.data === undefined ? (
        <div className="fb-stack" aria-busy="true">
          <Skeleton height={74} radius={8} />
          <Skeleton className={classes.stage ?? ''} radius={8} />
        </div>
      ) : (
        <Known exposure={exposure.data} />
      )}
    </>
  );
}

function Known({ exposure }: { readonly exposure: Exposure }) {
  const { counts } = exposure;
  const [opened, setOpened] = useState<Pair | null>(null);
  const { answer } = useWhatIf();
  const gone = useMemo(() => goneOf(answer), [answer]);
  return (
    <div className="fb-stack">
      <Figures>
        <Figure label="Exposure" value={counts.score.toLocaleString()} hint="impacts of all reach, added up" />
        <Figure
          label="Identities that reach something"
          value={counts.exposing.toLocaleString()}
          hint={`of ${counts.identities.toLocaleString()}`}
        />
        <Figure
          label="Crown jewels in reach"
          tone="jewel"
          value={counts.exposed.toLocaleString()}
          hint={`of ${counts.protected.toLocaleString()}`}
        />
        <Figure label="Pairs" value={counts.pairs.toLocaleString()} hint="an identity and what it reaches" />
      </Figures>
      <div className={classes.stage}>
        <div className={classes.frame}>
          {counts.pairs === 0 ? (
            <Nothing exposure={exposure} />
          ) : (
            <ExposureMatrix
              exposure={exposure}
              gone={gone}
              opened={opened === null ? null : cellOf(exposure, opened)}
              onOpen={(cell) => setOpened(pairAt(exposure, cell))}
            />
          )}
        </div>
        <ExposureSide exposure={exposure} opened={opened} gone={gone} onClose={() => setOpened(null)} />
      </div>
    </div>
  );
}

function Nothing({ exposure: { counts, completeness } }: { readonly exposure: Exposure }) {
  if (counts.protected === 0) {
    return (
      <Empty title="No crown jewel is known.">
        Say what must not be lost: give assets an <code>impact</code> or a <code>sensitivity</code> in a catalogue, and
        read it with <code>--from catalog:&lt;file&gt;</code>.
      </Empty>
    );
  }
  return (
    <Empty title="No identity reaches a crown jewel.">
      {completeness.answer === 'limited'
        ? 'That is no proof: something could not be read. Close the gaps named at the top, and read the estate again.'
        : 'From what was read, nothing is exposed. Read more systems to be surer of it.'}
    </Empty>
  );
}
