/**
 * Hostile artifacts, one for each way around a scanner that was published, and for each lie that a container can tell. Made here, from
 * the words of the advisories; none of their files is used. What they would run is `id` or a name that does not exist.
 */
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { calling, type Member, op, u64, zipOf } from './assemble.ts';
import {
  gguf,
  kerasModel,
  kerasZip,
  npy,
  oldTorch,
  onnx,
  plainTemplate,
  safetensors,
  savedModel,
  stateDict,
  tensorHeader,
  torchMembers,
} from './honest.ts';
import { packedHonest, packedPayload, twoFaced, zippedPayload } from './packed.ts';
import { type Hostile, publishedSince } from './published.ts';

const { join, text, global, tuple, int, reduce, proto, stop } = op;
const payload = calling('os', 'system');

/** Functions that lists of bad names lacked, each with the advisory that tells of it or of its kind. */
const forgotten: Readonly<Record<string, string>> = {
  'GHSA-655q-fx9r-782v': 'pip.main pip._internal.main',
  'GHSA-vvpj-8cmc-gx39': 'pkgutil.resolve_name importlib.import_module importlib.util.module_from_spec',
  'GHSA-m273-6v24-x4m4':
    'operator.attrgetter operator.methodcaller _operator.itemgetter functools.partial functools.reduce',
  'GHSA-46h3-79wf-xr6c': 'profile.run cProfile.runctx trace.Trace pdb.run bdb.Bdb timeit.timeit doctest.debug_script',
  'GHSA-84r2-jw7c-4r5q': 'pickle.loads _pickle.loads dill.loads cloudpickle.loads joblib.load numpy.load torch.load',
  'GHSA-vqmv-47xg-9wpr': 'ensurepip._run_pip venv.create',
  'GHSA-hgrh-qx5j-jfwx':
    'aiohttp.request http.client.HTTPSConnection ssl.get_server_certificate urllib.request.urlopen requests.get',
  'GHSA-r8g5-cgf2-4m4m':
    'idlelib.pyshell.ModifiedInterpreter.runcode idlelib.autocomplete.AutoComplete.get_entity lib2to3.pgen2.pgen.ParserGenerator.make_label',
  'GHSA-565g-hwwr-4pp3': 'marshal.loads types.FunctionType types.CodeType',
  'GHSA-r7v6-mfhq-g3m2': 'pty.spawn',
  'GHSA-m6fh-58r7-x697': '_posixsubprocess.fork_exec site.addsitedir atexit.register',
  'GHSA-mhc9-48gj-9gp3': 'smtplib.SMTP ftplib.FTP imaplib.IMAP4 socketserver.TCPServer signal.signal',
  'CVE-2026-56315':
    'uuid._get_command_stdout imaplib.IMAP4_stream _pyrepl.pager.pipe_pager _osx_support._read_output _aix_support._read_cmd_output',
  'CVE-2025-10157': 'asyncio.unix_events._UnixSubprocessTransport._start',
  'CVE-2025-10155': 'distutils.file_util.write_file _io.FileIO shutil.move io.open',
  numpy: 'numpy.f2py.crackfortran.getlincoef numpy.testing._private.utils.runstring numpy.fromfile numpy.memmap',
  torch:
    'torch.utils.collect_env.run torch.hub.load torch.os.system torch.jit.unsupported_tensor_ops.execWrapper torch.fx.graph_module._exec_with_source',
  builtins:
    'builtins.eval builtins.exec builtins.compile builtins.getattr builtins.__import__ builtins.open __builtin__.execfile builtins.breakpoint builtins.input builtins.map',
  'the system':
    'os.system os.popen posix.system nt.system subprocess.Popen subprocess.check_output runpy.run_path code.InteractiveInterpreter ctypes.CDLL sys.exit webbrowser.open gc.get_objects threading.Thread multiprocessing.Process',
  'what nobody knows':
    '__main__.Model mycompany.models.Net sklearn.externals.six.exec_ transformers.utils.x collections.OrderedDict.fromkeys torch.nn.modules.linear.os.system',
};

function pickles(): Hostile[] {
  const forgottenNames = Object.entries(forgotten).flatMap(([from, list]) =>
    list.split(' ').map((whole): Hostile => {
      const dot = whole.lastIndexOf('.');
      return { name: `calls ${whole}`, from, bytes: calling(whole.slice(0, dot), whole.slice(dot + 1)) };
    }),
  );
  const system = global('os', 'system');
  const id = text('id');
  const chain = reduce(
    global('builtins', 'getattr'),
    reduce(global('builtins', '__import__'), text('os')),
    text('system'),
  );
  const built = (state: Uint8Array, made: Uint8Array) => join(proto(2), made, state, 'b.');
  const shown: Readonly<Record<string, Uint8Array>> = {
    INST: join('(S"id"\nios\nsystem\n.'),
    OBJ: join('(', system, id, 'o.'),
    'OBJ, result thrown away (fickling)': join('(', system, id, 'o0N.'),
    'REDUCE, result thrown away': join(proto(2), reduce(system, id), '0N.'),
    'REDUCE, popped to a mark': join(proto(2), '(', reduce(system, id), '1N.'),
    NEWOBJ: join(proto(2), global('subprocess', 'Popen'), tuple(id), 0x81, '.'),
    NEWOBJ_EX: join(proto(4), global('subprocess', 'Popen'), tuple(id), '}', 0x92, '.'),
    'a BUILD after the call (GHSA-mhc9-48gj-9gp3)': built(join('}'), reduce(global('smtplib', 'SMTP'), id)),
    'BUILD of a class': built(join('}', text('__reduce__'), system, 's'), global('collections', 'OrderedDict')),
    EXT1: join(proto(2), 0x82, 7, '.'),
    EXT2: join(proto(2), 0x83, 7, 1, '.'),
    EXT4: join(proto(2), 0x84, 7, 0, 0, 0, '.'),
    'by way of the memo': join(proto(2), system, 'q\x05', '0', 'h\x05', tuple(id), 'R.'),
    'by way of a DUP': join(proto(2), system, '2', tuple(id), 'R00N.'),
    'a name that is built': join(
      proto(4),
      reduce(global('_codecs', 'encode'), text('os'), text('latin1')),
      text('system'),
      0x93,
      tuple(id),
      'R.',
    ),
    'a chain of getattr': join(proto(2), chain, tuple(id), 'R.'),
    'a call of a result': join(proto(2), reduce(global('collections', 'OrderedDict')), tuple(id), 'R.'),
    'a factory for missing keys': join(proto(2), reduce(global('collections', 'defaultdict'), system), '.'),
    'an allowed function with another class': join(
      proto(2),
      reduce(
        global('copyreg', '_reconstructor'),
        global('subprocess', 'Popen'),
        global('builtins', 'object'),
        join('N'),
      ),
      '.',
    ),
    'an allowed function with another encoding': join(
      proto(2),
      reduce(global('_codecs', 'encode'), text('aWQ='), text('unicode_escape')),
      '.',
    ),
    'an attribute with dots': join(proto(4), op.stackGlobal('collections', 'OrderedDict.__init__.__globals__'), '.'),
    'a look-alike name': calling('collections', 'OrderedDіct'),
    'a name with a line end': join(proto(4), op.stackGlobal('collections\n', 'OrderedDict'), '.'),
    'only an import': join(proto(2), global('antigravity', 'fly'), '.'),
    'the second of two': join(proto(2), 'N.', payload),
    'after its STOP': join(proto(2), 'N.', 'something else'),
    'damage after the call (GHSA-9gvj-pp9x-gcfr)': join(proto(2), reduce(system, id), 0xff, 0xff),
    'damage after the call, protocol 0': join("cos\nsystem\n(S'id'\ntR", 'and then words'),
    'cut off after the call': join(proto(2), reduce(system, id)),
    'a frame that is too long': join(proto(4), op.frame(9_000_000_000n), reduce(system, id), stop),
    'a frame in a frame': join(proto(4), op.frame(20), op.frame(4), 'N0N0N.'),
    'protocol 6': join(0x80, 6, 'N.'),
    'no mark for its tuple': join(proto(2), 'Nt.'),
    'a memo that was not filled': join(proto(2), 'h\x09.'),
    'BYTEARRAY8 that lies': join(proto(5), 0x96, u64(1n << 62n), '.'),
    'a buffer from outside': join(proto(5), 0x97, '.'),
    'fill of a class': join(proto(2), global('collections', 'OrderedDict'), text('a'), int(1), 's.'),
    'values left over': join(proto(2), 'NN.'),
    'an artifact in an artifact': calling(
      'torch.storage',
      '_load_from_bytes',
      op.bytes(oldTorch(calling('os', 'system'))),
    ),
    'a pickle of protocol 0 with a quoted name': join("(S'id'\nios\nsystem\n."),
  };
  return [
    ...forgottenNames,
    ...Object.entries(shown).map(([name, bytes]) => ({ name: `pickle: ${name}`, bytes: Buffer.from(bytes) })),
  ];
}

function archives(): Hostile[] {
  const bad = torchMembers(payload);
  const [first, ...others] = bad as [Member, ...Member[]];
  const [good, ...rest] = torchMembers() as [Member, ...Member[]];
  const lies: Readonly<Record<string, Member[]>> = {
    'a payload in data.pkl': bad,
    'two members of a name': [good, first, ...rest],
    'another name before the member (GHSA-7q5r-7gvp-wc82)': [{ ...first, localName: 'model/dat_.pkl' }, ...others],
    'a flag that only one reader minds (GHSA-w8jq-xcqf-f792)': [{ ...good, localFlags: 1 }, ...rest],
    'a checksum that is wrong (CVE-2025-10156)': [{ ...good, crc: 1 }, ...rest],
    'two checksums': [{ ...good, localCrc: 1 }, ...rest],
    'a payload under a strange name (GHSA-769v-p64c-89pr)': [good, ...rest, { name: 'model/config.p', data: payload }],
    'a payload as a picture': [good, ...rest, { name: 'model/image.png', data: payload }],
    'a way out of the folder': [good, ...rest, { name: '../../.bashrc', data: Buffer.from('x') }],
    'an absolute path': [good, ...rest, { name: '/etc/cron.d/x', data: Buffer.from('x') }],
    'a path of Windows': [good, ...rest, { name: '..\\x', data: Buffer.from('x') }],
    'a link': [good, ...rest, { name: 'model/link', data: Buffer.from('/etc/passwd'), mode: 0xa1ff }],
    'a bomb': [good, ...rest, { name: 'model/zero', data: Buffer.alloc(64 << 20), deflate: true, size: 100 }],
    'a length that lies': [good, ...rest, { name: 'model/x', data: Buffer.from('abc'), deflate: true, size: 2 }],
    'a storage that is missing': [good, ...rest.filter(({ name }) => !name.endsWith('/0'))],
    'a storage that is short': [
      good,
      ...rest.map((each) => (each.name.endsWith('/0') ? { ...each, data: Buffer.alloc(3) } : each)),
    ],
    'an archive in an archive': [{ name: 'inner.zip', data: zipOf(bad) }],
  };
  const zips = Object.entries(lies).map(
    ([name, members]): Hostile => ({ name: `zip: ${name}`, bytes: zipOf(members) }),
  );
  const whole = zipOf(torchMembers());
  return [
    ...zips,
    { name: 'zip: encrypted', bytes: zipOf([{ ...good, flags: 1 }, ...rest]), atLeast: 'cannot-tell' },
    {
      name: 'zip: a way of packing that is not read',
      bytes: zipOf([good, ...rest, { name: 'model/x', data: Buffer.from('x'), method: 14 }]),
      atLeast: 'cannot-tell',
    },
    { name: 'zip: a pickle before it', bytes: zipOf(torchMembers(), { prefix: payload }) },
    {
      name: 'zip: the mark of spanned archives before it',
      bytes: zipOf(torchMembers(), { prefix: Buffer.from('PK\x07\x08') }),
    },
    { name: 'zip: bytes after it', bytes: zipOf(torchMembers(), { suffix: payload }) },
    { name: 'zip: bytes between', bytes: zipOf(torchMembers(), { between: payload }) },
    { name: 'zip: no table', bytes: whole.subarray(0, whole.length - 30) },
    { name: 'gzip of a payload', bytes: gzipSync(payload) },
    { name: 'zlib of a payload', bytes: deflateSync(payload) },
    { name: 'zstd of a payload', bytes: zstdCompressSync(payload) },
    { name: 'gzip in gzip of a payload', bytes: gzipSync(gzipSync(payload)) },
    { name: 'gzip with bytes after it', bytes: join(gzipSync(join(proto(2), 'N.')), payload) },
    {
      name: 'gzip bomb',
      bytes: gzipSync(gzipSync(Buffer.alloc(300 << 20), { level: 9 }), { level: 9 }),
      atLeast: 'cannot-tell',
    },
    {
      name: '7z',
      bytes: join(Buffer.from('377abcaf271c', 'hex'), 'rest of it'),
      from: 'nullifAI',
      atLeast: 'cannot-tell',
    },
    { name: 'xz with nothing in it', bytes: join(Buffer.from('fd377a585a00', 'hex'), 'rest of it') },
    ...Object.entries(packedPayload).flatMap(([packing, bytes]) => [
      { name: `${packing} of a payload`, bytes },
      { name: `${packing} of a payload in gzip`, bytes: gzipSync(bytes) },
      {
        name: `${packing} of something honest, and a payload after it`,
        bytes: join(packedHonest[packing] ?? '', payload),
      },
      { name: `${packing}, cut off`, bytes: bytes.subarray(0, -9) },
    ]),
    ...Object.entries(zippedPayload).map(([packing, bytes]) => ({
      name: `zip: a payload packed by ${packing}`,
      bytes,
    })),
    ...Object.entries(twoFaced(Buffer.from('894844460d0a1a0a', 'hex'))).map(([name, bytes]) => ({
      name,
      bytes,
      atLeast: 'cannot-tell' as const,
    })),
    { name: 'old torch with a payload', bytes: oldTorch(payload, Buffer.alloc(0)) },
    { name: 'old torch with more after it', bytes: join(oldTorch(stateDict), payload) },
    { name: 'old torch, cut off', bytes: oldTorch(stateDict).subarray(0, -5) },
  ];
}

function models(): Hostile[] {
  const objects = npy("'|O'", '(1,)', payload);
  const layer = (class_name: string, config: object = {}, module = 'keras.layers') =>
    kerasZip(kerasModel({ module, class_name, config, registered_name: null }));
  const twice = JSON.stringify(tensorHeader).replace('"b"', '"a"');
  const bent = (change: object, data = 20) => safetensors({ ...tensorHeader, ...change }, data);
  const external = (location: string) => onnx({ external: [['location', location]] });
  const templates = [
    '{{ "".__class__.__mro__[1].__subclasses__() }}',
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ messages|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    '{{ self._TemplateReference__context }}',
    "{% include '/etc/passwd' %}",
    "{{ lipsum['__globals__'] }}",
    "{% set x = namespace %}{{ x['__in' ~ 'it__'] }}",
    "{{ ''['__cla'+'ss__'] }",
  ];
  return [
    { name: 'npy of objects with a payload', bytes: objects },
    { name: 'npz with a payload', bytes: zipOf([{ name: 'a.npy', data: objects, deflate: true }]) },
    { name: 'npy with a header that is code', bytes: npy("__import__('os')", '(1,)', Buffer.alloc(4)) },
    { name: 'npy with more than its shape', bytes: npy("'<f4'", '(1,)', Buffer.alloc(40)) },
    { name: 'npy that is cut off', bytes: npy("'<f4'", '(100,)', Buffer.alloc(40)) },
    { name: 'safetensors: header longer than the file', bytes: join(u64(1 << 30), '{}') },
    { name: 'safetensors: header of 2^63', bytes: join(u64(1n << 63n), '{}') },
    { name: 'safetensors: a key twice', bytes: safetensors(twice, 20) },
    {
      name: 'safetensors: tensors over each other',
      bytes: bent({ b: { dtype: 'I8', shape: [4], data_offsets: [12, 16] } }, 16),
    },
    { name: 'safetensors: a hole', bytes: bent({ b: { dtype: 'I8', shape: [4], data_offsets: [100, 104] } }, 104) },
    { name: 'safetensors: bytes after the tensors', bytes: safetensors(tensorHeader, 64) },
    {
      name: 'safetensors: shape and length differ',
      bytes: bent({ b: { dtype: 'I8', shape: [9], data_offsets: [16, 20] } }),
    },
    { name: 'safetensors: no JSON', bytes: safetensors('{"a": ', 4) },
    {
      name: 'gguf: a count of 2^60 tensors',
      from: 'CVE-2024-23496',
      bytes: gguf(plainTemplate, { tensors: 1n << 60n }),
    },
    { name: 'gguf: a count of 2^63 values', from: 'CVE-2024-21825', bytes: gguf(plainTemplate, { pairs: 1n << 63n }) },
    { name: 'gguf: an offset outside', bytes: gguf(plainTemplate, { offset: 1 << 20 }) },
    { name: 'gguf: an offset that is not aligned', bytes: gguf(plainTemplate, { offset: 4 }) },
    { name: 'gguf: bytes after the tensors', bytes: gguf(plainTemplate, { data: 4096 }) },
    ...templates.map(
      (template): Hostile => ({ name: `gguf: template ${template}`, from: 'CVE-2024-34359', bytes: gguf(template) }),
    ),
    {
      name: 'tokenizer: template',
      from: 'CVE-2026-5760',
      bytes: Buffer.from(JSON.stringify({ chat_template: templates[1] })),
    },
    {
      name: 'transformers: code of its own',
      bytes: Buffer.from('{"auto_map": {"AutoModel": "modeling.Net"}}'),
      atLeast: 'suspicious',
    },
    ...['../../etc/passwd', '/etc/passwd', 'a/../../b', 'C:\\x', 'http://host/x', '..\\x'].map(
      (location): Hostile => ({ name: `onnx: data in ${location}`, from: 'CVE-2024-5187', bytes: external(location) }),
    ),
    { name: 'onnx: data that are not there', bytes: external('weights.bin'), atLeast: 'cannot-tell' },
    { name: 'onnx: operator that runs Python', bytes: onnx({ domain: 'ai.onnx.contrib', operator: 'PyOp' }) },
    { name: 'onnx: operator of a library', bytes: onnx({ domain: 'my.lib', operator: 'Run' }), atLeast: 'suspicious' },
    ...['PyFunc', 'EagerPyFunc', 'ReadFile', 'WriteFile', 'MatchingFiles', 'ImmutableConst'].map(
      (operator): Hostile => ({ name: `saved model: ${operator}`, bytes: savedModel('Placeholder', operator) }),
    ),
    {
      name: 'saved model: operator of a library',
      bytes: savedModel('Placeholder', 'MyOperator'),
      atLeast: 'suspicious',
    },
    {
      name: 'keras: Lambda',
      from: 'CVE-2024-3660',
      bytes: layer('Lambda', { function: { class_name: '__lambda__', config: { code: 'x' } } }),
    },
    {
      name: 'keras: a function of another module',
      from: 'CVE-2025-1550',
      bytes: layer('function', { name: 'system' }, 'os'),
    },
    { name: 'keras: get_file', from: 'CVE-2025-8747', bytes: layer('function', { name: 'get_file' }, 'keras.utils') },
    {
      name: 'keras: enable_unsafe_deserialization',
      from: 'CVE-2025-9906',
      bytes: layer('function', { name: 'enable_unsafe_deserialization' }, 'keras.config'),
    },
    { name: 'keras: TFSMLayer', from: 'CVE-2026-1462', bytes: layer('TFSMLayer', { filepath: 'x' }) },
    { name: 'keras: TorchModuleWrapper', bytes: layer('TorchModuleWrapper', { module: 'x' }) },
    {
      name: 'keras: StringLookup of a file',
      from: 'GHSA-qg93-c7p6-gg7f',
      bytes: layer('StringLookup', { vocabulary: '/etc/passwd' }),
    },
    { name: 'keras: a class of another module', bytes: layer('Popen', { args: 'id' }, 'subprocess') },
    { name: 'keras: a custom layer', bytes: layer('MyLayer'), atLeast: 'suspicious' },
    { name: 'a program', bytes: Buffer.from('7f454c460201', 'hex') },
    { name: 'a script', bytes: Buffer.from('#!/bin/sh\nid\n') },
    { name: 'source', bytes: Buffer.from('import os\nos.system("id")\n'), atLeast: 'suspicious' },
    { name: 'random bytes', bytes: Buffer.from('ff00fe01fd02aabbccddeeff', 'hex'), atLeast: 'cannot-tell' },
  ];
}

export function hostileArtifacts(): readonly Hostile[] {
  return [...pickles(), ...archives(), ...models(), ...publishedSince()];
}
