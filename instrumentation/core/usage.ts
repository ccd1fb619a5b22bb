/**
 * What a call used, as the price list sees it: disjoint buckets of whole billing units. Providers report
 * overlapping counts (OpenAI's `prompt_tokens` contains `cached_tokens`, Anthropic's `input_tokens` does not), so
 * each reader takes the overlap apart once and everything after it only adds.
 */

/** Token buckets. Each token of a call is in exactly one of them. */
export const TOKEN_METERS = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite5m',
  'cacheWrite30m',
  'cacheWrite1h',
  'cacheWrite12h',
  'audioInput',
  'audioCacheRead',
  'imageInput',
  'imageCacheRead',
  'videoInput',
  'output',
  'reasoning',
  'audioOutput',
  'imageOutput',
  'videoOutput',
] as const
export type TokenMeter = (typeof TOKEN_METERS)[number]

/** Billed beside the tokens of input and output: by the piece, the second, the character. */
export const OTHER_METERS = [
  'webSearches',
  'fileSearches',
  'xSearches',
  'rerankSearches',
  'requests',
  /** Tokens of quoted sources (Perplexity), which stand in neither total. */
  'citations',
  'codeSessions',
  'pages',
  /** Generated images that are billed by the piece. */
  'images',
  /** Of generated video. */
  'videoSeconds',
  /** Of text to be spoken. */
  'characters',
  /** Of speech to be written down. */
  'audioSeconds',
] as const
export type Meter = TokenMeter | (typeof OTHER_METERS)[number]

/**
 * Quantities by meter: non-negative safe integers. An absent meter was not reported (or was zero).
 * `cacheWrite` is a cache write whose lifetime the provider did not state.
 */
export type Usage = Readonly<Partial<Record<Meter, number>>>

/** The inclusive token counts of the OpenTelemetry GenAI conventions. */
export interface TokenTotals {
  /** All input, cached and cache-writing tokens included. */
  readonly input: number
  /** All output, reasoning included. */
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
  readonly audioInput: number
  readonly audioOutput: number
  readonly imageInput: number
  readonly imageOutput: number
}

/** All input tokens, cached and cache-writing ones included: the size of the prompt. */
export function inputTokens(usage: Usage): number {
  return (
    (usage.input ?? 0) +
    (usage.cacheRead ?? 0) +
    (usage.cacheWrite ?? 0) +
    (usage.cacheWrite5m ?? 0) +
    (usage.cacheWrite30m ?? 0) +
    (usage.cacheWrite1h ?? 0) +
    (usage.cacheWrite12h ?? 0) +
    (usage.audioInput ?? 0) +
    (usage.audioCacheRead ?? 0) +
    (usage.imageInput ?? 0) +
    (usage.imageCacheRead ?? 0) +
    (usage.videoInput ?? 0)
  )
}

export function tokenTotals(usage: Usage): TokenTotals {
  // Written out, for the path of every call: a look-up by a name that varies costs ten times as much.
  const { reasoning = 0, audioOutput = 0, imageOutput = 0 } = usage
  const { audioCacheRead = 0, imageCacheRead = 0 } = usage
  return {
    input: inputTokens(usage),
    output: (usage.output ?? 0) + reasoning + audioOutput + imageOutput + (usage.videoOutput ?? 0),
    cacheRead: (usage.cacheRead ?? 0) + audioCacheRead + imageCacheRead,
    cacheWrite:
      (usage.cacheWrite ?? 0) +
      (usage.cacheWrite5m ?? 0) +
      (usage.cacheWrite30m ?? 0) +
      (usage.cacheWrite1h ?? 0) +
      (usage.cacheWrite12h ?? 0),
    reasoning,
    audioInput: (usage.audioInput ?? 0) + audioCacheRead,
    audioOutput,
    imageInput: (usage.imageInput ?? 0) + imageCacheRead,
    imageOutput,
  }
}

export const METERS: readonly Meter[] = [...TOKEN_METERS, ...OTHER_METERS]

/**
 * Drops zero and absent entries, so that two usages are equal exactly when they say the same. The meters stand in
 * their one order, which is the order of a bill's lines.
 */
export function compactUsage(usage: Readonly<Partial<Record<Meter, number | undefined>>>): Usage {
  const result: Partial<Record<Meter, number>> = {}
  for (const meter of METERS) {
    const quantity = usage[meter]
    if (quantity !== undefined && quantity > 0) result[meter] = quantity
  }
  return result
}
