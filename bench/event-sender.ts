/** Sends background to a server as fast as it takes it, or at a rate; a process of its own. Prints what became of it as JSON. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Body } from './event-bodies.ts';

const [address = '', token = '', seconds = '10', rate = '0', batch = '1000', atOnce = '6'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(atOnce) });
const url = new URL('/api/log', address);
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
const told = { events: 0, kept: 0, refused: 0, failed: 0, bytes: 0, milliseconds: 0, coreSeconds: 0 };
const bodies = Array.from({ length: Number(atOnce) }, (_, number) =>
  Array.from({ length: 3 }, (_, at) => new Body(Number(batch), number * 100_000 + at * 10_000)),
);
const before = process.cpuUsage();
const start = performance.now();
const until = start + Number(seconds) * 1000;
let next = Math.floor(Math.random() * 2 ** 20) * 2 ** 12;

function send(body: Buffer): Promise<{ status: number; text: string; retryAfter: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, text, retryAfter: Number(answer.headers['retry-after'] ?? 0) }),
        );
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

async function one(bodies: readonly Body[]): Promise<void> {
  for (let turn = 0; performance.now() < until; turn += 1) {
    const body = bodies[turn % bodies.length] as Body;
    if (Number(rate) > 0) {
      const due = start + (told.events / Number(rate)) * 1000;
      if (due > performance.now()) await sleep(due - performance.now());
    }
    told.events += body.events;
    const bytes = body.renew(next, Date.now());
    next += body.events;
    for (;;) {
      const { status, text, retryAfter } = await send(bytes);
      if (status === 503) {
        told.refused += 1;
        await sleep(retryAfter * 100);
        continue;
      }
      if (status === 200) told.kept += (JSON.parse(text) as { kept: number }).kept;
      else told.failed += 1;
      told.bytes += bytes.length;
      break;
    }
  }
}

await Promise.all(bodies.map(one));
told.milliseconds = performance.now() - start;
const { user, system } = process.cpuUsage(before);
told.coreSeconds = (user + system) / 1e6;
agent.destroy();
console.log(JSON.stringify(told));
