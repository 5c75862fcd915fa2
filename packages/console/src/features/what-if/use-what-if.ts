import type { WhatIf } from '@firebreak/contract/answers/what-if';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { whatIfQuery } from '../../data/estate-queries.ts';
import { useTray } from './tray.ts';

export interface WhatIfState {
  /** The last answer; it may be about what was picked a moment ago, see `settled`. */
  readonly answer: WhatIf | undefined;
  /** Whether the answer is about what is picked now. */
  readonly settled: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** Exposure without what is picked, asked for as soon as nobody picks for a moment. */
export function useWhatIf(): WhatIfState {
  const { picked } = useTray();
  const [asked] = useDebouncedValue(picked, 120);
  const query = useQuery({ ...whatIfQuery(asked), enabled: asked.length > 0 });
  const current = JSON.stringify(asked) === JSON.stringify(picked);
  return {
    answer: picked.length === 0 ? undefined : query.data,
    settled: current && !query.isPlaceholderData && query.data !== undefined,
    error: picked.length === 0 ? null : query.error,
    retry: () => void query.refetch(),
  };
}
