import { ConsoleBrowser } from './console-browser.ts';
import { compromisedId } from './fake-estate.ts';

const b = await ConsoleBrowser.open();
const out = process.argv[2];
for (const [n, scheme, path] of [
  ['options', 'light', '/incidents/inc-61c0/plan/options'],
  ['race', 'light', '/incidents/inc-61c0/plan/race'],
  ['scope', 'dark', '/incidents/inc-61c0/scope'],
  ['plan', 'light', '/incidents/inc-61c0/plan'],
  ['impact', 'light', `/estate/node?id=${encodeURIComponent(compromisedId)}&view=impact`],
] as const) {
  const v = await b.visit({ who: 'ada', scheme });
  await b.go(v.page, path);
  await v.page.waitForTimeout(1500);
  await v.page.screenshot({ path: `${out}/${n}.png` });
  await v.context.close();
}
await b.close();
