import type { Incident } from '@firebreak/contract/incident';
import {
  IconAlertOctagon,
  IconArrowBackUp,
  IconCircleCheck,
  IconClipboardList,
  IconFlame,
  IconHeartRateMonitor,
  IconPlayerPlay,
  IconRestore,
  IconShieldCheck,
  IconShieldOff,
} from '@tabler/icons-react';
import { type Look, Tag } from '../../ui/tag.tsx';

type State = Incident['state'];

/** Words and tone of each state. Only the state that the server calls contained is called contained. */
const looks: Readonly<Record<State, Look & { readonly Icon: typeof IconFlame }>> = {
  open: { word: 'Open', tone: 'danger', Icon: IconFlame },
  planned: { word: 'Planned', tone: 'warn', Icon: IconClipboardList },
  containing: { word: 'Containing', tone: 'info', Icon: IconPlayerPlay },
  contained: { word: 'Contained', tone: 'good', Icon: IconShieldCheck },
  'not-contained': { word: 'No longer contained', tone: 'danger', Icon: IconShieldOff },
  stopped: { word: 'Stopped', tone: 'danger', Icon: IconAlertOctagon },
  undoing: { word: 'Undoing', tone: 'info', Icon: IconArrowBackUp },
  undone: { word: 'Undone', tone: 'neutral', Icon: IconRestore },
  recovering: { word: 'Recovering', tone: 'info', Icon: IconHeartRateMonitor },
  returned: { word: 'Back in service', tone: 'good', Icon: IconCircleCheck },
};

export function StateTag({ state }: { readonly state: State }) {
  const { word, tone, Icon } = looks[state];
  return (
    <Tag tone={tone} icon={<Icon aria-hidden />}>
      {word}
    </Tag>
  );
}
