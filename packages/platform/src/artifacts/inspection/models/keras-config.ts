/**
 * The configuration of a Keras model (JSON): which classes it names, from which modules. `safe_mode` of Keras has been got around by
 * naming functions and modules (CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906, CVE-2026-1462), by Lambda layers
 * (CVE-2024-3660) and by layers that read files (CVE-2025-12058); so what is not part of a plain model is said.
 */
import { array, record, text } from '../../../intake/foreign.ts';
import { Damaged } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { strictJson } from './safetensors.ts';

const modules = new Set(
  `builtins keras keras.layers keras.models keras.initializers keras.optimizers keras.optimizers.schedules keras.losses keras.metrics
   keras.activations keras.regularizers keras.constraints keras.random keras.dtype_policies keras.src.models.functional
   keras.src.models.sequential keras.src.models.model keras.src.engine.functional keras.src.engine.sequential keras.engine.functional
   keras.engine.sequential tensorflow.keras tf.keras.layers`.split(/\s+/),
);
/** Classes that are data of a plain model: layers and all that they are given. */
const classes = new Set(
  `Model Functional Sequential InputLayer Dense EinsumDense Embedding Masking Activation ReLU LeakyReLU PReLU ELU Softmax
   Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D Conv1DTranspose Conv2DTranspose Conv3DTranspose
   MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D
   GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D LSTM GRU SimpleRNN LSTMCell GRUCell
   SimpleRNNCell StackedRNNCells RNN TimeDistributed Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D BatchNormalization
   LayerNormalization UnitNormalization GroupNormalization RMSNormalization SpectralNormalization Dropout SpatialDropout1D
   SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization MultiHeadAttention Attention
   AdditiveAttention GroupQueryAttention Reshape Flatten RepeatVector Permute Cropping1D Cropping2D Cropping3D UpSampling1D
   UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Concatenate Average Maximum Minimum Add Subtract Multiply Dot
   Identity Rescaling Resizing CenterCrop RandomFlip RandomRotation RandomZoom RandomContrast RandomBrightness RandomTranslation
   RandomCrop Normalization Discretization CategoryEncoding Hashing HashedCrossing StringLookup IntegerLookup TextVectorization
   IndexLookup GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal Zeros Ones Constant RandomNormal RandomUniform
   TruncatedNormal VarianceScaling Orthogonal OrthogonalInitializer IdentityInitializer L1 L2 L1L2 OrthogonalRegularizer MaxNorm
   NonNeg UnitNorm MinMaxNorm Adam AdamW SGD RMSprop Adagrad Adadelta Adamax Nadam Ftrl Lion Lamb Muon LossScaleOptimizer
   ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay CosineDecayRestarts DTypePolicy
   FloatDTypePolicy QuantizedDTypePolicy DTypePolicyMap Policy SeedGenerator BinaryCrossentropy CategoricalCrossentropy
   SparseCategoricalCrossentropy MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError Huber
   LogCosh KLDivergence Poisson Hinge SquaredHinge CategoricalHinge CosineSimilarity Accuracy BinaryAccuracy CategoricalAccuracy
   SparseCategoricalAccuracy TopKCategoricalAccuracy AUC Precision Recall F1Score Mean Sum RootMeanSquaredError
   __tuple__ __tensor__ __numpy__ __keras_tensor__ __ellipsis__ __typespec__ TensorShape slice __bytes__ __set__ __dtype__ CompileMetrics`.split(
    /\s+/,
  ),
);
/** Functions by name, which Keras looks up among its own. */
const functions = new Set(
  `relu relu6 leaky_relu gelu elu selu celu silu swish mish softmax log_softmax sigmoid log_sigmoid hard_sigmoid hard_silu hard_swish tanh
   softplus softsign exponential linear mse mae mape msle mean_squared_error mean_absolute_error binary_crossentropy
   categorical_crossentropy sparse_categorical_crossentropy kl_divergence huber log_cosh hinge squared_hinge poisson
   cosine_similarity accuracy binary_accuracy categorical_accuracy sparse_categorical_accuracy glu tanh_shrink`.split(
    /\s+/,
  ),
);
const loads: Readonly<Record<string, string>> = {
  Lambda: 'a Lambda layer holds a function of its own, which runs when the model does',
  __lambda__: 'it holds a Python function',
  TFSMLayer: 'it loads a SavedModel from a path',
  TorchModuleWrapper: 'it loads a pickle of PyTorch',
  FlaxLayer: 'it holds a function of its own',
  JaxLayer: 'it holds a function of its own',
};
const deepest = 200;

/** Judges a text that should be a configuration. @param offset where the text stands in the part */
export function inspectKerasText(inspection: Inspection, part: Part, json: string, offset: number): void {
  const config = strictJson(json, (at, key) =>
    inspection.say(part, 'unsafe', 'keras/duplicate-key', offset + at, `It names ${JSON.stringify(key)} twice.`),
  );
  if (config === undefined) throw new Damaged(offset, 'The configuration of a model is no JSON object.');
  inspectKerasConfig(inspection, part, config, offset);
}

export function inspectKerasConfig(inspection: Inspection, part: Part, config: unknown, offset: number): void {
  const say = (verdict: 'unsafe' | 'suspicious', rule: string, what: string) =>
    inspection.say(part, verdict, `keras/${rule}`, offset, what);
  const walk = (value: unknown, depth: number): void => {
    if (depth > deepest) throw new Damaged(offset, 'A configuration is nested too deep.');
    if (Array.isArray(value)) {
      for (const each of value) walk(each, depth + 1);
      return;
    }
    const object = record(value);
    if (object === undefined) return;
    if ('class_name' in object) judge(object, say);
    for (const each of Object.values(object)) walk(each, depth + 1);
  };
  walk(config, 0);
}

function judge(
  object: Readonly<Record<string, unknown>>,
  say: (verdict: 'unsafe' | 'suspicious', rule: string, what: string) => void,
) {
  const name = text(object.class_name);
  const module = object.module === undefined || object.module === null ? undefined : text(object.module);
  const registered = text(object.registered_name);
  const config = record(object.config);
  if (name === undefined || (object.module !== undefined && object.module !== null && module === undefined))
    return say('unsafe', 'class', 'The name of a class is no text.');
  const plain = name.slice(name.lastIndexOf('>') + 1);
  const shown = `${module === undefined ? '' : `${module}.`}${name}`.slice(0, 200);
  const why = Object.hasOwn(loads, plain) ? loads[plain] : undefined;
  if (why !== undefined) return say('unsafe', 'code', `It uses ${shown}: ${why}.`);
  if (module !== undefined && !modules.has(module)) {
    if (
      /^(keras|tensorflow\.keras|tf\.keras)(\.|$)/.test(module) &&
      /(^|\.)(utils|saving|ops|export|backend|callbacks|applications|datasets|legacy)(\.|$)/.test(module)
    )
      return say('unsafe', 'module', `It takes ${shown}, which is a function of Keras and no part of a model.`);
    if (registered === undefined || registered === null || !registered.includes('>'))
      return say('unsafe', 'module', `It takes ${shown}, from a module that is not of Keras.`);
    return say(
      'suspicious',
      'custom',
      `It needs ${shown} (registered as ${registered.slice(0, 100)}), which is code of whoever made it.`,
    );
  }
  if (plain === 'function') {
    const called = text(object.config) ?? text(config?.name);
    if (called === undefined || !functions.has(called))
      say(
        'unsafe',
        'function',
        `It takes the function ${JSON.stringify(called ?? object.config)?.slice(0, 100)}${module === undefined ? '' : ` of ${module}`}.`,
      );
    return;
  }
  if (name.includes('>') || (registered?.includes('>') ?? false) || !classes.has(plain))
    say('suspicious', 'custom', `It needs ${shown}, which is no class of Keras that is known here.`);
  if (/Lookup$|^TextVectorization$/.test(plain) && typeof config?.vocabulary === 'string')
    say('unsafe', 'file', `${plain} reads the file ${JSON.stringify(config.vocabulary.slice(0, 200))}.`);
  if (/Lookup$|^TextVectorization$/.test(plain) && record(config?.vocabulary)?.class_name !== undefined)
    say('unsafe', 'file', `${plain} takes its vocabulary from something else.`);
  for (const key of ['standardize', 'split'] as const)
    if (plain === 'TextVectorization' && record(config?.[key]) !== undefined)
      say('unsafe', 'code', `${plain} uses a function of its own.`);
  if (array(config?.function).length > 0) say('unsafe', 'code', `${shown} holds a Python function.`);
}
