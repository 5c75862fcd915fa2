/** Two small pickles as xz, LZMA, bzip2 and LZ4 pack them, made by those tools and by Python's `zipfile`: nothing here writes them. */
const from = (base64: string) => Buffer.from(base64, 'base64');

/** `cos\nsystem\n(S'id'\ntR.` */
export const packedPayload: Readonly<Record<string, Buffer>> = {
  xz: from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAUY29zCnN5c3RlbQooUydpZCcKdFIuAAAAALWMMK4LlRasAAEtFS8LcW0ftvN9AQAAAAAEWVo=',
  ),
  lzma: from('XQAAgAD//////////wAxm8rGsnxl39+RWZ+x1n4tcWoFcVZM8vMol///mM4AAA=='),
  bzip2: from('QlpoOTFBWSZTWR8vIqUAAATTgAAQAMEYAA4ijCAgACIhobRPKYpgACi8jgQkuCV+mTWLuSKcKEgPl5FSgA=='),
  lz4: from('BCJNGGRApxUAAIBjb3MKc3lzdGVtCihTJ2lkJwp0Ui4AAAAAeFZcTA=='),
};

/** The list of 1, 2 and 3. */
export const packedHonest: Readonly<Record<string, Buffer>> = {
  xz: from('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQANgAJdcQAoSwFLAksDZS4AAAAVyWssqLoz+gABJg4IG+AEH7bzfQEAAAAABFla'),
  lzma: from('XQAAgAD//////////wBAAIdJ14CgcBsLQq0wb57EEccv//yOQAA='),
  bzip2: from('QlpoOTFBWSZTWblB7UMAAAbXwHgAAEEACAACAgAgAEAAIAAiAGTQgGmmjgyikdDFLxdyRThQkLlB7UM='),
  lz4: from('BCJNGGRApw4AAICAAl1xAChLAUsCSwNlLgAAAACVtYTE'),
};

/** The payload as `data.pkl` in a ZIP, by methods 12 and 14. */
export const zippedPayload: Readonly<Record<string, Buffer>> = {
  bzip2: from(
    'UEsDBC4AAAAMALB5dl2+RbgnPQAAABUAAAAIAAAAZGF0YS5wa2xCWmg5MUFZJlNZHy8ipQAABNOAABAAwRgADiKMICAAIiGhtE8pimAAKLyOBCS4JX6ZNYu5IpwoSA+XkVKAUEsBAi4DLgAAAAwAsHl2Xb5FuCc9AAAAFQAAAAgAAAAAAAAAAAAAAIABAAAAAGRhdGEucGtsUEsFBgAAAAABAAEANgAAAGMAAAAAAA==',
  ),
  lzma: from(
    'UEsDBD8AAgAOALB5dl2+RbgnKgAAABUAAAAIAAAAZGF0YS5wa2wJBAUAXQAAgAAAMZvKxrJ8Zd/fkVmfsdZ+LXFqBXFWTPLzKJf//5jOAABQSwECPwM/AAIADgCweXZdvkW4JyoAAAAVAAAACAAAAAAAAAAAAAAAgAEAAAAAZGF0YS5wa2xQSwUGAAAAAAEAAQA2AAAAUAAAAAAA',
  ),
};

/** The same of the list. */
export const zippedHonest: Readonly<Record<string, Buffer>> = {
  bzip2: from(
    'UEsDBC4AAAAMALB5dl2MWhXROwAAAA4AAAAIAAAAZGF0YS5wa2xCWmg5MUFZJlNZuUHtQwAABtfAeAAAQQAIAAICACAAQAAgACIAZNCAaaaODKKR0MUvF3JFOFCQuUHtQ1BLAQIuAy4AAAAMALB5dl2MWhXROwAAAA4AAAAIAAAAAAAAAAAAAACAAQAAAABkYXRhLnBrbFBLBQYAAAAAAQABADYAAABhAAAAAAA=',
  ),
  lzma: from(
    'UEsDBD8AAgAOALB5dl2MWhXRIgAAAA4AAAAIAAAAZGF0YS5wa2wJBAUAXQAAgAAAQACHSdeAoHAbC0KtMG+exBHHL//8jkAAUEsBAj8DPwACAA4AsHl2XYxaFdEiAAAADgAAAAgAAAAAAAAAAAAAAIABAAAAAGRhdGEucGtsUEsFBgAAAAABAAEANgAAAEgAAAAAAA==',
  ),
};

/** Nothing, packed. */
export const packedNothing: Readonly<Record<string, Buffer>> = {
  xz: from('/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo='),
  bzip2: from('QlpoORdyRThQkAAAAAA='),
  lz4: from('BCJNGGRApwAAAAAFXcwC'),
};

/** The payload as .lzma with a dictionary of no bytes, which liblzma takes for its smallest. */
const lzmaWithoutDictionary = from('XQAAAAAVAAAAAAAAAAAxm8rGsnxl39+RWZ+x1n4tcWoFcVZM8vMol///mM4AAA==');

/** The payload as .lzma that pickles read as one long number. */
const lzmaAndNumber = from(
  'ioAAAAAVAAAAAAAAAAAxm8rGslz7Iedamn9cDQ3OkpHA7GAy2wmtTn//yn8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAC4=',
);

/** The bytes as the name of a tar's only member, which is empty. */
function asTarToo(bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  bytes.copy(header);
  header.write(`0000644\0${'0000000\0'.repeat(2)}${'00000000000\0'.repeat(2)}${' '.repeat(8)}0`, 100, 'latin1');
  header.write('ustar\0' + '00', 257, 'latin1');
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, Buffer.alloc(1024)]);
}

const skipped = (content: Buffer) => {
  const head = Buffer.from('562a4d1800000000', 'hex');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
};

/** Files that one reader takes for a harmless thing and another for what it is. */
export function twoFaced(hdf5: Buffer): Readonly<Record<string, Buffer>> {
  const { lz4 = Buffer.alloc(0) } = packedHonest;
  const hidden = packedPayload.lz4 ?? Buffer.alloc(0);
  const text = Buffer.from('V\n0B\0\0\0\0', 'latin1');
  text.writeUInt32LE(hidden.length, 4);
  return {
    'LZMA without a dictionary': lzmaWithoutDictionary,
    'LZMA without a dictionary that is a tar': asTarToo(lzmaWithoutDictionary),
    'LZMA that is a pickled number': lzmaAndNumber,
    'LZ4 behind a frame that is skipped': Buffer.concat([skipped(Buffer.alloc(3)), hidden]),
    'a frame of LZ4 that is skipped, as a pickled text': Buffer.concat([skipped(text), hidden, Buffer.from('.')]),
    'HDF5 in a frame of LZ4 that is skipped': Buffer.concat([lz4, skipped(Buffer.alloc(512 - lz4.length - 8)), hdf5]),
    'HDF5 behind a pickle': Buffer.concat([from('gAJdcQAoSwFLAksDZS4='), Buffer.alloc(512 - 14), hdf5]),
  };
}
