/** Reads the text exposition format as its description has it (prometheus.io, "Exposition formats", 0.0.4), and refuses all else. */
export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly value: number;
  }[];
}

/** @throws Error with the line that is not of the format */
export function parseExposition(text: string): readonly ReadFamily[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('The last line does not end.');
  const families: {
    name: string;
    type: string;
    help: string;
    samples: { name: string; labels: Record<string, string>; value: number }[];
  }[] = [];
  const seen = new Set<string>();
  const lines = text.split('\n').slice(0, -1);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const refuse = () => new Error(`line ${at + 1}: ${JSON.stringify(line)}`);
    const help = /^# HELP ([a-zA-Z_:][\w:]*) (.*)$/s.exec(line);
    if (help !== null) {
      const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge)$/.exec(lines[at + 1] ?? '');
      if (type === null || type[1] !== help[1] || families.some(({ name }) => name === help[1])) throw refuse();
      families.push({ name: help[1] ?? '', type: type[2] ?? '', help: unescaped(help[2] ?? ''), samples: [] });
      at += 1;
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\[\\n"])*",?)*)\})? (\S+)$/s.exec(line);
    const family = families.at(-1);
    if (sample === null || family === undefined || sample[1] !== family.name) throw refuse();
    const labels: Record<string, string> = {};
    for (const [, name = '', value = ''] of (sample[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"/gs)) {
      if (Object.hasOwn(labels, name)) throw refuse();
      labels[name] = unescaped(value);
    }
    const key = `${family.name} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(key)) throw refuse();
    seen.add(key);
    family.samples.push({ name: family.name, labels, value: numberOf(sample[3] ?? '', refuse) });
  }
  return families;
}

function numberOf(text: string, refuse: () => Error): number {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf' || text === '-Inf') return text === '+Inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw refuse();
  return Number(text);
}

function unescaped(text: string): string {
  return text.replace(/\\([\\n"])/g, (_, each: string) => (each === 'n' ? '\n' : each));
}
