import type { Channel, Channels } from '@firebreak/contract/answers/channels';
import { Skeleton, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { channelsQuery } from '../../data/estate-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { ChannelCard } from './channel-card.tsx';
import { ChannelsNav } from './channels-nav.tsx';

/** Every way by which code or models get to run, and who has power over it. */
export function ChannelsPage() {
  const answer = useQuery(channelsQuery);
  return (
    <>
      <PageHead
        title="Channels"
        about="Ways by which code and models get to run: who may publish to them, promote in them, and what pulls from them."
        completeness={answer.data?.completeness}
      />
      <ChannelsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={480} radius={8} />}
      {answer.data !== undefined && <Known answer={answer.data} />}
    </>
  );
}

/** More cards than these are a list nobody reads; the filter narrows them. */
const step = 40;

function Known({ answer: { channels, counts } }: { readonly answer: Channels }) {
  const [findingsOnly, setFindingsOnly] = useState(false);
  const [most, setMost] = useState(step);
  const found = channels.filter(({ findings }) => findings.length > 0);
  const shown = findingsOnly ? found : channels;
  if (channels.length === 0) {
    return (
      <Empty title="No update channel was found.">
        Read what delivers: Argo CD or Flux with the cluster, the registry (<code>--from oci:</code>), repositories and
        their pipelines (<code>--from github:</code>).
      </Empty>
    );
  }
  return (
    <div className="fb-stack">
      <Figures>
        <Figure label="Channels" value={counts.channels.toLocaleString()} />
        <Figure
          label="May publish or promote"
          value={counts.publishers.toLocaleString()}
          hint="identities and credentials"
        />
        <Figure
          label="Authority mixed"
          tone={counts.mixed === 0 ? 'good' : 'warn'}
          value={counts.mixed.toLocaleString()}
          hint="who publishes also runs or operates it"
        />
      </Figures>
      <Switch
        label={`Only the ${count(found.length, 'channel')} with findings`}
        checked={findingsOnly}
        onChange={(event) => setFindingsOnly(event.currentTarget.checked)}
      />
      {shown.slice(0, most).map((channel: Channel) => (
        <ChannelCard key={channel.id} channel={channel} />
      ))}
      {shown.length === 0 && (
        <Empty title="No channel has a finding.">
          Nobody who publishes is also what runs from it, as far as was read.
        </Empty>
      )}
      <ShowMore left={shown.length - most} onMore={() => setMost(most + step)} />
    </div>
  );
}
