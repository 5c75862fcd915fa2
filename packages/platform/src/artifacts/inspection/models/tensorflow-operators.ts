/** Operators of TensorFlow that compute on their inputs and touch nothing else, of those that models are served with. */
export const computes: ReadonlySet<string> = new Set(
  `Abs AccumulateNV2 Acos Acosh Add AddN AddV2 All AnonymousIterator Any ApproximateEqual ArgMax ArgMin AsString Asin Asinh Assert
   Assign AssignAdd AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp Atan Atan2 Atanh AvgPool AvgPool3D
   BatchFunction BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchToSpace BatchToSpaceND BiasAdd BiasAddV1 Bincount Bitcast BitwiseAnd
   BitwiseOr BitwiseXor BroadcastArgs BroadcastTo Bucketize Case Cast Ceil CheckNumerics ClipByValue CombinedNonMaxSuppression
   Complex ComplexAbs Concat ConcatV2 Const ControlTrigger Conv Conv2D Conv2DBackpropInput Conv3D Cos Cosh CropAndResize Cross Cumprod
   Cumsum DecodeBase64 DecodeBmp DecodeCSV DecodeGif DecodeImage DecodeJpeg DecodeJSONExample DecodePng DecodeProtoV2 DecodeRaw
   DenseBincount DepthToSpace DepthwiseConv2dNative Dequantize Diag DiagPart Digamma Div DivNoNan DynamicPartition DynamicStitch
   EditDistance Einsum Elu Empty EncodeBase64 EncodeJpeg EncodePng EnsureShape Enter Equal Erf Erfc Erfinv Exit Exp ExpandDims Expm1
   ExtractImagePatches ExtractJpegShape FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel FFT FFT2D
   Fill Floor FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Gather GatherNd GatherV2 Greater GreaterEqual
   HashTable HashTableV2 HSVToRGB IFFT IFFT2D IRFFT IRFFT2D Identity IdentityN If Imag ImageProjectiveTransformV3 InTopK InTopKV2
   InitializeTable InitializeTableV2 InitializeTableFromTextFile InitializeTableFromTextFileV2 Inv InvertPermutation IsFinite IsInf
   IsNan IsVariableInitialized L2Loss LRN LeakyRelu LeftShift Less LessEqual Lgamma LinSpace Log Log1p LogSoftmax LogicalAnd
   LogicalNot LogicalOr LookupTableExport LookupTableExportV2 LookupTableFind LookupTableFindV2 LookupTableImport
   LookupTableImportV2 LookupTableSize LookupTableSizeV2 LoopCond LowerBound MatMul MatrixBandPart MatrixDeterminant MatrixDiag
   MatrixDiagPart MatrixDiagPartV3 MatrixDiagV3 MatrixInverse MatrixSetDiag MatrixSetDiagV3 MatrixSolve Max MaxPool MaxPool3D
   MaxPoolV2 MaxPoolWithArgmax Maximum Mean Merge Min Minimum MirrorPad Mod Mul MulNoNan Multinomial MutableHashTable
   MutableHashTableV2 Neg NextIteration NoOp NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4
   NonMaxSuppressionV5 NotEqual OneHot OnesLike Pack Pad PadV2 ParallelConcat ParallelDynamicStitch ParseExample ParseExampleV2
   ParseSingleExample ParseTensor PartitionedCall Placeholder PlaceholderV2 PlaceholderWithDefault Pow PreventGradient Prod Qr
   QuantizeAndDequantizeV2 QuantizeV2 RaggedCountSparseOutput RaggedGather RaggedRange RaggedTensorToSparse RaggedTensorToTensor
   RaggedTensorFromVariant RaggedTensorToVariant RandomNormal RandomStandardNormal RandomUniform RandomUniformInt Range Rank
   ReadVariableOp Real RealDiv Reciprocal ReduceJoin RegexFullMatch RegexReplace Relu Relu6 Reshape ResizeArea ResizeBicubic
   ResizeBilinear ResizeNearestNeighbor ResourceGather ResourceGatherNd ResourceScatterAdd ResourceScatterUpdate Reverse ReverseSequence
   ReverseV2 RGBToHSV RightShift Rint Roll Round Rsqrt ScatterNd ScatterNdUpdate SegmentMax SegmentMean SegmentMin SegmentProd
   SegmentSum Select SelectV2 Selu SerializeSparse Shape ShapeN Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign
   SpaceToBatch SpaceToBatchND SpaceToDepth SparseConcat SparseFillEmptyRows SparseReorder SparseReshape SparseSegmentMean
   SparseSegmentSqrtN SparseSegmentSum SparseSlice SparseTensorDenseMatMul SparseToDense Split SplitV Sqrt Square
   SquaredDifference Squeeze StatelessIf StatelessMultinomial StatelessRandomGetAlg StatelessRandomGetKeyCounter StatelessRandomNormal
   StatelessRandomNormalV2 StatelessRandomUniform StatelessRandomUniformV2 StatelessRandomUniformFullIntV2 StatelessTruncatedNormalV2
   StatelessWhile StaticRegexReplace StopGradient StridedSlice StringFormat StringLength StringLower StringNGrams StringSplit
   StringSplitV2 StringStrip StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringToNumber StringUpper Sub Substr
   Sum Svd Switch Tan Tanh TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3
   TensorArrayV3 TensorArrayWriteV3 TensorListConcatV2 TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem
   TensorListLength TensorListPopBack TensorListPushBack TensorListReserve TensorListResize TensorListSetItem TensorListStack
   TensorScatterAdd TensorScatterUpdate TensorSliceDataset Tile TopK TopKV2 Transpose TruncateDiv TruncateMod TruncatedNormal
   UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode UnicodeTranscode Unique UniqueV2 UniqueWithCounts Unpack
   UnsortedSegmentMax UnsortedSegmentMean UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum UpperBound VarHandleOp
   VarIsInitializedOp Variable VariableV2 Where While Xdivy Xlog1py Xlogy ZerosLike _Arg _Retval`.split(/\s+/),
);
