/**
 * Mutates our corpus, and models made by the real libraries where a folder is given, for as long as is asked:
 * `npm run fuzz:artifacts -- --minutes 60 [--models <folder>] [--seed 1]`. It ends with exit code 1 at the first input on which the
 * inspection throws, takes more than five seconds of the processor or says nothing while not calling it safe; the input is left in a file.
 */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { honestArtifacts } from './honest.ts';
import { hostileArtifacts } from './hostile.ts';
import { inspected } from './inspected.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    models: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const longest = 5000;

/** Milliseconds of processor time that this process has used: what else the machine does must not look like a hang. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}
const interesting = [0, 1, 0x28, 0x2e, 0x52, 0x63, 0x7f, 0x80, 0x93, 0x95, 0xff];

/** A generator of 32-bit numbers (mulberry32), so that a run can be run again. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}

function mutated(seed: Buffer, other: Buffer, next: (below: number) => number): Buffer {
  let bytes = Buffer.from(seed);
  for (let edits = 1 + next(6); edits > 0; edits -= 1) {
    const at = next(bytes.length);
    const length = 1 + next(16);
    switch (next(7)) {
      case 0:
        if (bytes.length > 0) bytes[at] = next(256);
        break;
      case 1:
        if (bytes.length > 0) bytes[at] = interesting[next(interesting.length)] ?? 0;
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
        break;
      case 4: {
        const from = next(other.length);
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + 4 * length), bytes.subarray(at)]);
        break;
      }
      case 5:
        bytes.fill(255, at, Math.min(at + length, at + 8, bytes.length));
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

const seeds = [...Object.values(honestArtifacts()), ...hostileArtifacts().map(({ bytes }) => bytes)];
if (values.models !== undefined)
  for (const name of readdirSync(values.models)) {
    const path = join(values.models, name);
    if (statSync(path).isFile() && statSync(path).size < 1 << 20) seeds.push(readFileSync(path));
  }
const next = numbers(Number(values.seed));
const end = Date.now() + Number(values.minutes) * 60_000;
const verdicts: Record<string, number> = {};
let runs = 0;
let slowest = 0;
while (Date.now() < end) {
  const bytes = mutated(
    seeds[next(seeds.length)] ?? Buffer.alloc(0),
    seeds[next(seeds.length)] ?? Buffer.alloc(0),
    next,
  );
  const start = spent();
  try {
    const { verdict, reasons } = await inspected(bytes, { unpacked: 64 << 20, pickleOperations: 1_000_000 });
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    if (reasons.length === 0 && verdict !== 'safe') throw new Error('a verdict without a reason');
    if (spent() - start > longest) throw new Error(`it took ${spent() - start} ms`);
  } catch (error) {
    const file = join(mkdtempSync(join(tmpdir(), 'firebreak-fuzz-')), 'input');
    writeFileSync(file, bytes);
    console.error(`run ${runs}: left in ${file}`, error);
    process.exit(1);
  }
  slowest = Math.max(slowest, spent() - start);
  runs += 1;
}
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `${runs} inputs from ${seeds.length} seeds in ${values.minutes} min (${Math.round(spent() / 60_000)} of the processor); slowest ${slowest} ms; most memory ${memory} MiB`,
  verdicts,
);
