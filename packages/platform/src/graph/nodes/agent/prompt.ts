import type { GraphNode, NodeRule } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';

/** Knowing a prompt is one thing, writing it another: only the second steers an agent. */
export default {
  kinds: ['Prompt', 'PromptWrite'],
  needs: ['agent.prompt'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('agent.prompt')) {
      const detail = { file: data.file, inline: data.inline };
      yield { id, kind: 'Prompt', class: 'prompt', name: data.name, facts: [id], detail };
      const write = writeId(id);
      yield { id: write, kind: 'PromptWrite', class: 'update-channel', name: `writing ${data.name}`, facts: [id] };
    }
  },
} satisfies NodeRule;
