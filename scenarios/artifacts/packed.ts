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
