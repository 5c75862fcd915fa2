/**
 * The report as PDF, for people who file paper. The same report gives the same bytes: times and the document's id come from
 * the report, and the fonts are embedded, so that it looks alike everywhere and for ever.
 */
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import type { Report, ReportSection } from './report.ts';

const font = (name: string) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
const [plain, bold] = [font('DejaVuSans'), font('DejaVuSans-Bold')];

/** What pdfkit knows of the font in use; its types leave it out. */
interface FontInUse {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

/** @param at the time that the document says it is of */
export async function reportPdf(report: Report, at: Date): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: 'A4',
    margin: 56,
    lang: 'en',
    font: plain,
    bufferPages: false,
    info: { Title: report.title, Producer: 'Firebreak', Creator: 'Firebreak', CreationDate: at, ModDate: at },
  });
  const pieces: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (piece: Uint8Array) => pieces.push(piece));
    document.on('end', resolve);
    document.on('error', reject);
  });
  new Setter(document).report(report);
  document.end();
  await ended;
  return Buffer.concat(pieces);
}

class Setter {
  readonly #document: PDFKit.PDFDocument;

  constructor(document: PDFKit.PDFDocument) {
    this.#document = document;
  }

  report({ title, facts, sections }: Report): void {
    this.#set(bold, 17, title);
    this.#document.moveDown(0.7);
    for (const [label, value] of facts) this.#labelled(label, value);
    for (const section of sections) this.#section(section);
  }

  #section({ heading, paragraphs, table }: ReportSection): void {
    this.#document.moveDown(1.2);
    this.#set(bold, 12.5, heading);
    this.#document.moveDown(0.3);
    for (const text of paragraphs) {
      this.#set(plain, 9.5, text);
      this.#document.moveDown(0.3);
    }
    // A row is a block of its labelled cells: tables of long foreign texts do not fit on paper.
    for (const row of table?.rows ?? []) {
      this.#document.moveDown(0.35);
      row.forEach((cell, at) => {
        if (cell !== '') this.#labelled(table?.columns[at] ?? '', cell);
      });
    }
  }

  #labelled(label: string, value: string): void {
    this.#document
      .font(bold)
      .fontSize(8.5)
      .fillColor('#57606a')
      .text(`${this.#printable(label)}  `, { continued: true });
    this.#set(plain, 8.5, value);
  }

  #set(name: string, size: number, text: string): void {
    this.#document.font(name).fontSize(size).fillColor('#1b1f24').text(this.#printable(text));
  }

  /** What the font cannot show is written out: an empty box would hide it. */
  #printable(text: string): string {
    const { font: face } = (this.#document as unknown as FontInUse)._font;
    let shown = '';
    for (const char of text) {
      const codePoint = char.codePointAt(0) ?? 0;
      shown += face.hasGlyphForCodePoint(codePoint) ? char : `\\u{${codePoint.toString(16)}}`;
    }
    return shown;
  }
}
