/** Honest artifacts, written as the libraries write them; the real ones are in the integration suite. */
import { type Member, op, protobuf, u32, u64, zipOf } from './assemble.ts';
import { packedHonest, zippedHonest } from './packed.ts';

const { join, text, global, tuple, int } = op;
const none = join('N');

const storage = (key: string, elements: number) =>
  join(tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(elements)), 'Q');
const tensor = (key: string) =>
  op.reduce(
    global('torch._utils', '_rebuild_tensor_v2'),
    storage(key, 4),
    int(0),
    tuple(int(2), int(2)),
    tuple(int(2), int(1)),
    join(0x89),
    op.reduce(global('collections', 'OrderedDict')),
  );
export const stateDict = join(
  op.proto(2),
  op.reduce(global('collections', 'OrderedDict')),
  '(',
  text('weight'),
  tensor('0'),
  'u',
  op.stop,
);
const weights = Buffer.alloc(16, 1);

export const torchMembers = (pickle: Uint8Array = stateDict): Member[] => [
  { name: 'model/data.pkl', data: pickle },
  { name: 'model/byteorder', data: Buffer.from('little') },
  { name: 'model/data/0', data: weights },
  { name: 'model/version', data: Buffer.from('3\n') },
];

/** PyTorch before 1.6. */
export function oldTorch(pickle: Uint8Array, rest: Uint8Array = join(u64(4), weights)): Buffer {
  const magic = join(op.proto(2), Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex'), '.');
  const version = join(op.proto(2), 'M', Buffer.from([0xe9, 3]), '.');
  const system = join(op.proto(2), '}', '(', text('little_endian'), join(0x88), 'u.');
  return join(magic, version, system, pickle, join(op.proto(2), ']', text('0'), 'a.'), rest);
}

export function safetensors(header: object | string, data: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return join(u64(json.length), json, Buffer.alloc(data));
}
export const tensorHeader = {
  a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
  b: { dtype: 'I8', shape: [4], data_offsets: [16, 20] },
};

const ggufText = (value: string) => join(u64(Buffer.byteLength(value)), value);
export const plainTemplate = "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m.content.strip() }}{% endfor %}";
export function gguf(
  template = plainTemplate,
  wish: { tensors?: number | bigint; pairs?: number | bigint; offset?: number; data?: number } = {},
): Buffer {
  const head = join(
    'GGUF',
    u32(3),
    u64(wish.tensors ?? 1),
    u64(wish.pairs ?? 2),
    ggufText('general.architecture'),
    u32(8),
    ggufText('llama'),
    ggufText('tokenizer.chat_template'),
    u32(8),
    ggufText(template),
    ggufText('w'),
    u32(1),
    u64(4),
    u32(0),
    u64(wish.offset ?? 0),
  );
  return join(head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(wish.data ?? 32));
}

export function onnx(
  wish: { domain?: string; operator?: string; external?: readonly (readonly [string, string])[] } = {},
): Buffer {
  const initializer =
    wish.external === undefined
      ? protobuf([
          [1, 2],
          [2, 1],
          [8, 'w'],
          [9, Buffer.alloc(8)],
        ])
      : protobuf([
          [1, 2],
          [2, 1],
          [8, 'w'],
          ...wish.external.map(
            ([key, value]) =>
              [
                13,
                [
                  [1, key],
                  [2, value],
                ],
              ] as const,
          ),
          [14, 1],
        ]);
  const node = protobuf([
    [1, 'x'],
    [2, 'y'],
    [4, wish.operator ?? 'Add'],
    ...(wish.domain === undefined ? [] : [[7, wish.domain] as const]),
  ]);
  return protobuf([
    [1, 8],
    [2, 'made'],
    [
      7,
      [
        [1, node],
        [2, 'g'],
        [5, initializer],
      ],
    ],
    [8, [[2, 17]]],
  ]);
}

export function savedModel(...operators: string[]): Buffer {
  const graph = operators.map(
    (operator, number) =>
      [
        1,
        [
          [1, `n${number}`],
          [2, operator],
        ],
      ] as const,
  );
  return protobuf([
    [1, 1],
    [
      2,
      [
        [1, [[4, 'serve']]],
        [2, [...graph, [4, [[1, 987]]]]],
      ],
    ],
  ]);
}

export function npy(description: string, shape: string, data: Uint8Array): Buffer {
  const header = `{'descr': ${description}, 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = `${header}${' '.repeat(63 - ((header.length + 10) % 64))}\n`;
  return join(0x93, 'NUMPY', 1, 0, Buffer.from([padded.length & 255, padded.length >> 8]), padded, data);
}

const dense = {
  module: 'keras.layers',
  class_name: 'Dense',
  config: { units: 2, activation: 'relu' },
  registered_name: null,
};
export const kerasModel = (...layers: object[]) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { name: 's', layers: [dense, ...layers] },
  registered_name: null,
});
/** The weights are left out: an HDF5 file is made by the real library, in the integration suite. */
export function kerasZip(config: object): Buffer {
  return zipOf([
    { name: 'metadata.json', data: Buffer.from('{"keras_version": "3.15.1"}') },
    { name: 'config.json', data: Buffer.from(JSON.stringify(config)), deflate: true },
  ]);
}

export function honestArtifacts(): Readonly<Record<string, Buffer>> {
  return {
    'numbers.pkl': join(op.proto(3), tuple(int(1), int(2), none), op.stop),
    // Text whose first letters are an operation of pickles: beside every model that MLflow keeps.
    'conda.yaml': Buffer.from(
      'channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip:\n  - mlflow==2.9\nname: mlflow-env\n',
    ),
    'old.pkl': join('(lp0\nI1\naF1.5\naS"text"\na.'),
    'ordered.pkl': join(op.proto(2), op.reduce(global('collections', 'OrderedDict')), '(', text('a'), int(1), 'u.'),
    ...Object.fromEntries(Object.entries(packedHonest).map(([packing, bytes]) => [`numbers.pkl.${packing}`, bytes])),
    ...Object.fromEntries(Object.entries(zippedHonest).map(([packing, bytes]) => [`${packing}.zip`, bytes])),
    'model.pt': zipOf(torchMembers()),
    'old.pt': oldTorch(stateDict),
    'array.npy': npy("'<f4'", '(2, 2)', Buffer.alloc(16)),
    'arrays.npz': zipOf([{ name: 'a.npy', data: npy("'<f4'", '(4,)', Buffer.alloc(16)), deflate: true }]),
    'model.safetensors': safetensors(tensorHeader, 20),
    'model.gguf': gguf(),
    'model.onnx': onnx(),
    'saved_model.pb': savedModel('Placeholder', 'MatMul', 'Softmax', 'SaveV2'),
    'model.keras': kerasZip(kerasModel()),
    'config.json': Buffer.from('{"architectures": ["Llama"], "hidden_size": 8}'),
    'notes.txt': Buffer.from('Some words about a model.\n'),
  };
}
