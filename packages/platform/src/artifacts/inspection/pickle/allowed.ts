/**
 * The names that a pickle may use, and with what arguments. All else is unsafe: lists of bad names have been got around with every
 * new name that somebody found (GHSA-655q-fx9r-782v and dozens after it). A name is here only if calling it with anything that the
 * rule lets through runs no code, opens nothing and changes nothing outside of the object. Each is compared whole, so a dotted name
 * (`OrderedDict.fromkeys.__globals__`), another module that offers the same thing, or letters that look alike are not on the list.
 */
import { sklearnNames } from './sklearn-names.ts';
import { isThing, keptItems, nameOf, type Reference, type Value } from './values.ts';

interface AllowedName {
  readonly kind: 'class' | 'function' | 'value';
  /** May be filled by `append` and `__setitem__`. */
  readonly container?: boolean;
  /** @returns what is wrong with the arguments */
  readonly refuses?: (args: readonly Value[]) => string | undefined;
}

const plainClass: AllowedName = { kind: 'class' };
const container: AllowedName = { kind: 'class', container: true };
const value: AllowedName = { kind: 'value' };

/** The first argument is the name of an allowed class. */
const onAllowedClass = (args: readonly Value[]) =>
  isClass(args[0]) ? undefined : 'it makes something of another class than those that are allowed';

const names = new Map<string, AllowedName>();
function allow(rule: AllowedName, modules: Readonly<Record<string, string>>): void {
  for (const [module, list] of Object.entries(modules))
    for (const name of list.split(' ')) names.set(`${module}.${name}`, rule);
}

for (const builtins of ['builtins', '__builtin__']) {
  allow(plainClass, {
    [builtins]: 'object set frozenset bytearray bytes str int float complex bool list tuple dict slice range',
  });
  allow(value, { [builtins]: 'NotImplemented Ellipsis NoneType' });
}
allow(plainClass, { __builtin__: 'unicode long xrange' });
allow(plainClass, {
  datetime: 'datetime date time timedelta timezone',
  decimal: 'Decimal',
  fractions: 'Fraction',
  uuid: 'UUID',
  pathlib: 'Path PosixPath WindowsPath PurePosixPath PureWindowsPath PurePath',
  'pathlib._local': 'Path PosixPath WindowsPath PurePosixPath PureWindowsPath',
  argparse: 'Namespace',
  types: 'SimpleNamespace',
  numpy:
    'ndarray dtype float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ bool complex64 complex128 str_ bytes_ longdouble datetime64 timedelta64',
  'numpy.dtypes':
    'BoolDType ByteDType UByteDType ShortDType UShortDType IntDType UIntDType LongDType ULongDType LongLongDType ULongLongDType Float16DType Float32DType Float64DType LongDoubleDType Complex64DType Complex128DType CLongDoubleDType ObjectDType StrDType BytesDType VoidDType DateTime64DType TimeDelta64DType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType',
  'numpy.random.mtrand': 'RandomState',
  'numpy.random._mt19937': 'MT19937',
  'numpy.random._pcg64': 'PCG64 PCG64DXSM',
  'numpy.random._philox': 'Philox',
  'numpy.random._sfc64': 'SFC64',
  'numpy.random._generator': 'Generator',
  'numpy.random.bit_generator': 'SeedSequence',
  'numpy.ma.core': 'MaskedArray',
  'joblib.numpy_pickle': 'NumpyArrayWrapper',
  'scipy.sparse._csr': 'csr_matrix csr_array',
  'scipy.sparse._csc': 'csc_matrix csc_array',
  'scipy.sparse._coo': 'coo_matrix coo_array',
  'scipy.sparse.csr': 'csr_matrix',
  'scipy.sparse.csc': 'csc_matrix',
  torch: 'Size device Generator',
  'torch.nn.parameter': 'Parameter Buffer UninitializedParameter',
  'torch._tensor': 'Tensor',
  'torch.nn.modules.container': 'Sequential ModuleList ModuleDict ParameterList ParameterDict',
  'torch.nn.modules.linear': 'Linear Identity Bilinear NonDynamicallyQuantizableLinear',
  'torch.nn.modules.conv': 'Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d',
  'torch.nn.modules.batchnorm': 'BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm',
  'torch.nn.modules.normalization': 'LayerNorm GroupNorm LocalResponseNorm RMSNorm CrossMapLRN2d',
  'torch.nn.modules.instancenorm': 'InstanceNorm1d InstanceNorm2d InstanceNorm3d',
  'torch.nn.modules.activation':
    'ReLU ReLU6 GELU SiLU Mish Sigmoid Tanh Softmax LogSoftmax LeakyReLU PReLU ELU SELU CELU GLU Hardtanh Hardswish Hardsigmoid Softplus Softsign Softmin Softmax2d Threshold MultiheadAttention LogSigmoid Tanhshrink',
  'torch.nn.modules.dropout': 'Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout',
  'torch.nn.modules.pooling':
    'MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d',
  'torch.nn.modules.sparse': 'Embedding EmbeddingBag',
  'torch.nn.modules.rnn': 'RNN LSTM GRU RNNCell LSTMCell GRUCell',
  'torch.nn.modules.flatten': 'Flatten Unflatten',
  'torch.nn.modules.upsampling': 'Upsample UpsamplingNearest2d UpsamplingBilinear2d',
  'torch.nn.modules.padding': 'ZeroPad2d ConstantPad1d ConstantPad2d ReflectionPad1d ReflectionPad2d ReplicationPad2d',
  'torch.nn.modules.pixelshuffle': 'PixelShuffle PixelUnshuffle',
  'torch.nn.modules.transformer':
    'Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer',
  'torch.nn.modules.loss': 'CrossEntropyLoss MSELoss L1Loss NLLLoss BCELoss BCEWithLogitsLoss KLDivLoss SmoothL1Loss',
  ...sklearnNames,
});
allow(container, {
  collections: 'OrderedDict Counter deque',
  'sklearn.utils._bunch': 'Bunch',
  'sklearn.utils': 'Bunch',
});
allow(value, {
  torch:
    'FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage UntypedStorage QInt8Storage QUInt8Storage QInt32Storage float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 float8_e4m3fn float8_e5m2 uint16 uint32 uint64 strided sparse_coo contiguous_format channels_last preserve_format per_tensor_affine per_channel_affine',
  'torch.storage': 'TypedStorage UntypedStorage',
  'torch.nn.functional': 'relu gelu silu softmax tanh sigmoid',
});

const made = (
  kind: 'function',
  refuses: NonNullable<AllowedName['refuses']>,
  modules: Readonly<Record<string, string>>,
) => allow({ kind, refuses }, modules);
const anything = () => undefined;

made('function', anything, {
  'torch._utils':
    '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy',
  'torch.serialization': '_get_layout',
});
made('function', anything, {
  'torch.jit._pickle': 'build_intlist build_doublelist build_boollist build_tensorlist build_tensor_from_id',
});
made('function', onAllowedClass, { copyreg: '__newobj__ __newobj_ex__', copy_reg: '__newobj__' });
made(
  'function',
  (args) =>
    isClass(args[0]) && isClass(args[1]) ? undefined : 'it makes something of another class than those allowed',
  { copyreg: '_reconstructor', copy_reg: '_reconstructor' },
);
made(
  'function',
  ([first]) => (isName(first, 'numpy.ndarray', 'numpy.ma.core.MaskedArray') ? undefined : 'it makes no numpy array'),
  {
    'numpy.core.multiarray': '_reconstruct',
    'numpy._core.multiarray': '_reconstruct',
  },
);
made(
  'function',
  ([first]) => (isMade(first, 'numpy.dtype') || isThing(first, 'opaque') ? undefined : 'its type is no numpy type'),
  {
    'numpy.core.multiarray': 'scalar',
    'numpy._core.multiarray': 'scalar',
  },
);
made('function', (args) => (args.length <= 4 ? undefined : 'it has more arguments than it takes'), {
  'numpy.core.numeric': '_frombuffer',
  'numpy._core.numeric': '_frombuffer',
});
const generators = ['MT19937', 'PCG64', 'PCG64DXSM', 'Philox', 'SFC64'];
made(
  'function',
  (args) =>
    args.every(
      (arg) =>
        (typeof arg === 'string' && generators.includes(arg)) ||
        isName(arg, ...generators.map((name) => `numpy.random._${name.toLowerCase().replace('dxsm', '')}.${name}`)) ||
        isThing(arg, 'made') ||
        isName(arg, 'numpy.random._pickle.__bit_generator_ctor'),
    )
      ? undefined
      : 'it makes no bit generator of numpy',
  { 'numpy.random._pickle': '__randomstate_ctor __generator_ctor __bit_generator_ctor' },
);
made(
  'function',
  ([text, encoding]) =>
    (typeof text === 'string' || isThing(text, 'text')) && (encoding === 'latin1' || encoding === 'latin-1')
      ? undefined
      : 'only text to Latin-1 is how pickles write bytes',
  { _codecs: 'encode' },
);
made('function', onAllowedClass, { 'numpy.random.bit_generator': '__pyx_unpickle_SeedSequence' });
names.set('collections.defaultdict', {
  kind: 'class',
  container: true,
  refuses: ([factory]) =>
    factory === undefined || factory === null || isClass(factory) ? undefined : 'it calls something for missing keys',
});
for (const [module, list] of Object.entries(sklearnNames))
  for (const name of list.split(' '))
    if (name.startsWith('__pyx_unpickle_'))
      names.set(`${module}.${name}`, { kind: 'function', refuses: onAllowedClass });
made('function', onAllowedClass, {
  'sklearn.metrics._dist_metrics': 'newObj',
  'sklearn.neighbors._kd_tree': 'newObj',
  'sklearn.neighbors._ball_tree': 'newObj',
});

/** `torch.storage._load_from_bytes` loads another artifact: whoever judges the call must inspect its bytes. */
export const loadsBytes = 'torch.storage._load_from_bytes';

export function allowedName(reference: Reference): AllowedName | undefined {
  return names.get(nameOf(reference));
}

function isClass(value: Value | undefined): boolean {
  return isThing(value, 'reference') && allowedName(value)?.kind === 'class';
}

function isName(value: Value | undefined, ...allowed: readonly string[]): boolean {
  return isThing(value, 'reference') && allowed.includes(nameOf(value));
}

function isMade(value: Value | undefined, by: string): boolean {
  return isThing(value, 'made') && value.by !== undefined && nameOf(value.by) === by;
}

/** @returns why this call is not among those that are allowed */
export function refusedCall(reference: Reference, args: Value): string | undefined {
  const rule = allowedName(reference);
  if (rule === undefined) return 'it is not on the list of what models need';
  if (rule.kind === 'value') return 'it is allowed as a value only';
  if (rule.refuses === undefined) return undefined;
  if (!isThing(args, 'tuple') || args.count > keptItems) return 'its arguments cannot be followed';
  return rule.refuses(args.items);
}
