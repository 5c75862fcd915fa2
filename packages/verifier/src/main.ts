/**
 * The verifier page: the command's verifier (ledger/evidence-verify.ts) on a file that is dragged in, read as a stream. All
 * text of the file is put on the page as text, never as markup.
 */
import './policy.ts';
import { type EvidenceReport, FirebreakError } from '@firebreak/contract';
import { shown } from '../../platform/src/ledger/evidence-checks.ts';
import { type VerifyOptions, verifyEvidence } from '../../platform/src/ledger/evidence-verify.ts';
import { certificatesOf } from '../../platform/src/ledger/timestamp/certificate.ts';
import { checkTimestamp } from '../../platform/src/ledger/timestamp/timestamp-answer.ts';
import { outcomeOf } from './outcome.ts';
import { readTimeline, type TimelineDocument } from './timeline.ts';

/** Rows on the page; the document has all. */
const mostRows = 2000;
const pieceBytes = 512 * 1024;

const element = <T extends HTMLElement>(id: string, kind: new () => T): T => {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
};
const drop = element('drop', HTMLLabelElement);
const picker = element('file', HTMLInputElement);
const progress = element('progress', HTMLElement);
const outcome = element('outcome', HTMLElement);
const timeline = element('timeline', HTMLElement);

/** The one that counts: a file that was dragged in later supersedes what is still being read. */
let current = 0;
let chosen: File | undefined;

for (const type of ['dragenter', 'dragover']) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('over'));
// A file that misses the field must not replace the page.
for (const type of ['dragover', 'drop'] as const) document.addEventListener(type, (event) => event.preventDefault());
drop.addEventListener('drop', (event) => choose(event.dataTransfer?.files[0]));
picker.addEventListener('change', () => choose(picker.files?.[0]));
for (const id of ['key', 'witnesses', 'authorities', 'earlier']) {
  document.getElementById(id)?.addEventListener('change', () => choose(chosen));
}
element('form', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());

function choose(file: File | undefined): void {
  if (file === undefined) return;
  chosen = file;
  current += 1;
  void verifyFile(file, current);
}

async function verifyFile(file: File, turn: number): Promise<void> {
  outcome.replaceChildren();
  timeline.replaceChildren();
  progress.textContent = `Reading ${shown(file.name)} …`;
  let told: TimelineDocument | undefined;
  try {
    const report = await verifyEvidence(piecesOf(file, turn), {
      ...given(),
      onDocument: (path, bytes) => {
        if (path === 'documents/timeline.json') told = readTimeline(bytes);
      },
    });
    if (turn !== current) return;
    showReport(report);
    if (told !== undefined) showTimeline(told, report.ok);
  } catch (error) {
    if (turn !== current) return;
    const words = error instanceof FirebreakError ? error.message : 'The file could not be read.';
    outcome.append(verdictOf({ tone: 'bad', title: 'Not verified.', words: shown(words) }));
  } finally {
    if (turn === current) progress.textContent = '';
  }
}

/** What the reader brings: the page trusts nothing else. @throws FirebreakError FB-USAGE */
function given(): VerifyOptions {
  const key = element('key', HTMLInputElement).value.trim();
  const witnesses = element('witnesses', HTMLTextAreaElement)
    .value.split('\n')
    .flatMap((line) => line.trim() || []);
  // A note ends with a newline, which is easily lost on the way through a clipboard.
  const earlier = element('earlier', HTMLTextAreaElement).value.trim();
  const authorities = element('authorities', HTMLTextAreaElement).value.trim();
  const certificates = authorities === '' ? [] : certificatesOf(authorities);
  if (certificates === undefined) throw new FirebreakError('FB-USAGE', 'That is no certificate in PEM form.');
  return {
    // Browsers keep WebCrypto from pages that came over http from another machine; the report then says what it did not check.
    ...(isSecureContext ? { timestamps: (token, data) => checkTimestamp(token, data, { certificates }) } : {}),
    timestampWanted: certificates.length > 0,
    ...(key === '' ? {} : { verifierKey: key }),
    ...(witnesses.length === 0 ? {} : { witnesses }),
    ...(earlier === '' ? {} : { earlier: new TextEncoder().encode(`${earlier}\n`) }),
  };
}

/** Piece by piece, so that a file of any size fits: the next is asked for when the one before was read. */
async function* piecesOf(file: File, turn: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < file.size && turn === current; from += pieceBytes) {
    progress.textContent = `Reading ${shown(file.name)}: ${Math.floor((100 * from) / file.size)} %`;
    yield new Uint8Array(await file.slice(from, from + pieceBytes).arrayBuffer());
  }
}

function showReport(report: EvidenceReport): void {
  const list = make('ul', 'checks');
  list.append(
    ...report.checks.map(({ check, ok, detail }) => {
      const words = make('span', 'foreign', check);
      words.append(document.createElement('br'), make('small', '', detail));
      const item = document.createElement('li');
      item.append(make('strong', ok ? 'quiet' : 'bad', ok ? 'holds' : 'FAILED'), words);
      return item;
    }),
  );
  const key = make('p', 'foreign');
  key.append(make('span', 'quiet', 'Key that it was checked with: '), make('code', '', report.verifierKey));
  outcome.append(verdictOf(outcomeOf(report)), list, key, ...report.notes.map((note) => make('p', 'partly', note)));
}

function verdictOf({ tone, title, words }: ReturnType<typeof outcomeOf>): HTMLElement {
  const box = make('div', `verdict ${tone}`);
  box.dataset.tone = tone;
  box.append(make('strong', '', title), make('span', 'foreign', words));
  return box;
}

function showTimeline({ incident, moments }: TimelineDocument, isTrue: boolean): void {
  const table = document.createElement('table');
  for (const { at, kind, words } of moments.slice(0, mostRows)) {
    const row = table.insertRow();
    for (const text of [at, kind, words]) row.insertCell().textContent = shown(text);
  }
  const more = moments.length > mostRows ? ` The first ${mostRows} of ${moments.length} are shown.` : '';
  const heading = isTrue ? 'Timeline' : 'What the file claims happened. It is not verified.';
  timeline.append(
    make('h2', isTrue ? '' : 'bad', heading),
    make('p', 'quiet foreign', `${shown(incident.title)}, ${shown(incident.id)}.${more}`),
    table,
  );
}

function make(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
