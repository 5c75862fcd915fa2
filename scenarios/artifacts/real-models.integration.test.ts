/** Models made with the real libraries (peers/artifacts): none of the honest ones is unsafe, none of the hostile ones is safe. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectFiles } from '../../packages/platform/src/artifacts/inspection/inspect-files.ts';

const folder = process.env.FIREBREAK_MODELS;

function inspectedFolder(name: string) {
  if (folder === undefined) throw new Error('FIREBREAK_MODELS is not set: the suite starts peers/artifacts');
  return inspectFiles({
    paths: [join(folder, name)],
    allowed: [],
    perFile: 60_000,
    now: () => new Date(),
    signal: new AbortController().signal,
  });
}

test('what scikit-learn, joblib, numpy, ONNX, GGUF, safetensors, h5py and Keras write is safe', async () => {
  const { files } = await inspectedFolder('honest');
  const wrong = files.filter(({ verdict }) => verdict !== 'safe');
  console.log(`real models: ${files.length} honest, ${wrong.length} not called safe`);
  expect(wrong.map(({ path, reasons }) => `${path}: ${reasons[0]?.what}`)).toEqual([]);
  expect(files.length).toBeGreaterThan(60);
  const formats = new Set(files.map(({ format }) => format));
  const packings = ['zlib', 'gzip', 'bzip2', 'lzma', 'xz', 'lz4'].map((packing) => `pickle in ${packing}`);
  for (const format of ['pickle', ...packings, 'npy', 'npz', 'safetensors', 'gguf', 'onnx', 'keras-zip', 'hdf5'])
    expect(formats).toContain(format);
});

test('what the same libraries write of a payload is not', async () => {
  const { files } = await inspectedFolder('hostile');
  const weak = files.filter(({ verdict }) => verdict !== 'unsafe');
  console.log(`real models: ${files.length} hostile, ${weak.length} let through`);
  expect(weak.map(({ path }) => path)).toEqual([]);
  expect(files.length).toBeGreaterThan(20);
});
