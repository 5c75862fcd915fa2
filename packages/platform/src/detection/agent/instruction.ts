/**
 * Whether a text talks to the one who reads it as a model: orders to leave its task, to hide something, claims of authority. This is
 * one signal beside where words come from, never a verdict: people write orders to each other all day, and an attacker can write
 * without any of these words. It is a single pass over the words: what may stand how far behind what.
 */
interface Sign {
  readonly says: string;
  /** Words in order; each within `within` words behind the one before. */
  readonly words: readonly ReadonlySet<string>[];
  readonly within: number;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const assistants = set('ai assistant llm chatbot copilot');
const signs: readonly Sign[] = [
  {
    says: 'tells the reader to leave its instructions',
    words: [
      set('ignore disregard forget override bypass'),
      set('instruction instructions previous prior above earlier rules guidelines prompt'),
    ],
    within: 5,
  },
  {
    says: 'claims to be an instruction of the system',
    words: [set('system admin administrator developer'), set('instruction instructions override prompt')],
    within: 1,
  },
  {
    says: 'has instructions for an assistant',
    words: [set('instruction instructions note message'), assistants],
    within: 4,
  },
  { says: 'speaks to an assistant', words: [assistants, set('must should please shall need needs')], within: 4 },
  { says: 'speaks to an assistant', words: [set('dear hey attention'), assistants], within: 2 },
  {
    says: 'wants the user not to know',
    words: [
      set("not don't dont never without"),
      set('tell telling inform informing mention mentioning notify notifying alert alerting asking ask reveal'),
      set('user anyone them human operator owner confirmation this it'),
    ],
    within: 3,
  },
  {
    says: 'wants something done first',
    words: [
      set('before prior instead first'),
      set('answering responding continuing replying summarizing summarising proceeding'),
    ],
    within: 3,
  },
];
const marks = [
  '<important>',
  '<system>',
  '</system>',
  '[inst]',
  '<|im_start|>',
  '<|im_end|>',
  '[system]',
  '<instructions>',
  '<tool_call>',
];
const orders = set('call use invoke run execute');
const longest = 16_384;

/** What in the text talks to a model, in words; undefined for nothing. */
export function instructionIn(text: string): string | undefined {
  const lower = text.slice(0, longest).toLowerCase();
  if (marks.some((mark) => lower.includes(mark))) return 'imitates the marks of a prompt';
  /** Of each sign, where each of its words stood last with all those before it in reach. */
  const last = signs.map(({ words }) => words.map(() => Number.NEGATIVE_INFINITY));
  let order = Number.NEGATIVE_INFINITY;
  for (const [at, word] of lower.split(/[^\p{L}\p{N}_'’]+/u).entries()) {
    if (orders.has(word)) order = at;
    else if (at - order <= 3 && /^[a-z]+_[a-z_]+$/.test(word)) return 'names a tool to call';
    for (const [number, { words, within, says }] of signs.entries()) {
      const places = last[number] as number[];
      for (let part = words.length - 1; part >= 0; part -= 1) {
        if (!words[part]?.has(word)) continue;
        if (part > 0 && at - (places[part - 1] ?? Number.NEGATIVE_INFINITY) > within) continue;
        places[part] = at;
        if (part === words.length - 1) return says;
      }
    }
  }
  return undefined;
}
