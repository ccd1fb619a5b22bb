/**
 * Every attribute, metric and event name, once, with unit and source.
 *
 * `gen_ai.*` names: OpenTelemetry semantic conventions for GenAI, repository
 * open-telemetry/semantic-conventions-genai, as of November 2026. That registry has no tagged release and no npm
 * package yet, so the names stand here. `gen_ai.usage.cost.*` follows that repository's proposal #443.
 * What the conventions lack is under `costspan.*`.
 */

// Spans: the conventions -------------------------------------------------------------------------------------------

export const ATTR_OPERATION_NAME = 'gen_ai.operation.name'
export const ATTR_PROVIDER_NAME = 'gen_ai.provider.name'
/** Before v1.37 of the conventions, and still sent by older instrumentations. */
export const ATTR_SYSTEM_LEGACY = 'gen_ai.system'
export const ATTR_REQUEST_MODEL = 'gen_ai.request.model'
export const ATTR_REQUEST_STREAM = 'gen_ai.request.stream'
export const ATTR_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens'
export const ATTR_RESPONSE_MODEL = 'gen_ai.response.model'
export const ATTR_RESPONSE_ID = 'gen_ai.response.id'
export const ATTR_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons'
/** Seconds from the request to the first byte handed to the application. */
export const ATTR_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk'
export const ATTR_SERVER_ADDRESS = 'server.address'
export const ATTR_SERVER_PORT = 'server.port'
export const ATTR_ERROR_TYPE = 'error.type'
/** Attempts after the first. */
export const ATTR_RESEND_COUNT = 'http.request.resend_count'
export const ATTR_HTTP_STATUS = 'http.response.status_code'
export const ATTR_OPENAI_API_TYPE = 'openai.api.type'
export const ATTR_OPENAI_SERVICE_TIER = 'openai.response.service_tier'
export const ATTR_ANTHROPIC_SERVICE_TIER = 'anthropic.response.service_tier'

/** Tokens. All input, cached and cache-writing included. */
export const ATTR_INPUT_TOKENS = 'gen_ai.usage.input_tokens'
/** Tokens. All output, reasoning included. */
export const ATTR_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens'
export const ATTR_CACHE_READ_TOKENS = 'gen_ai.usage.cache_read.input_tokens'
export const ATTR_CACHE_WRITE_TOKENS = 'gen_ai.usage.cache_write.input_tokens'
/** The name of cache_write until the conventions' #440; other emitters still use it. */
export const ATTR_CACHE_CREATION_TOKENS_LEGACY = 'gen_ai.usage.cache_creation.input_tokens'
export const ATTR_REASONING_TOKENS = 'gen_ai.usage.reasoning.output_tokens'
export const ATTR_AUDIO_INPUT_TOKENS = 'gen_ai.usage.audio.input_tokens'
export const ATTR_AUDIO_OUTPUT_TOKENS = 'gen_ai.usage.audio.output_tokens'
export const ATTR_IMAGE_INPUT_TOKENS = 'gen_ai.usage.image.input_tokens'
export const ATTR_IMAGE_OUTPUT_TOKENS = 'gen_ai.usage.image.output_tokens'
/** Part of cache_write, as the Anthropic SDK's own spans name it. */
export const ATTR_CACHE_WRITE_5M_TOKENS = 'anthropic.usage.cache_creation.ephemeral_5m_input_tokens'
export const ATTR_CACHE_WRITE_1H_TOKENS = 'anthropic.usage.cache_creation.ephemeral_1h_input_tokens'

/** USD, double. Absent when unpriced. */
export const ATTR_COST_AMOUNT = 'gen_ai.usage.cost.amount'
/** ISO 4217. */
export const ATTR_COST_CURRENCY = 'gen_ai.usage.cost.currency'
/** `provider` or `local`. */
export const ATTR_COST_SOURCE = 'gen_ai.usage.cost.source'

// Spans: ours ------------------------------------------------------------------------------------------------------

/** `priced`, `partial`, `unpriced`, `covered`. */
export const ATTR_COST_STATUS = 'costspan.cost.status'
/** Why not priced, or only partly: a `CostReason`. */
export const ATTR_COST_REASON = 'costspan.cost.reason'
/** `sdk`, `collector`, `gateway`: who priced it. Whoever sets `sdk` has recorded the metrics too. */
export const ATTR_COST_BY = 'costspan.cost.by'
/** USD, double: `costspan.cost.` followed by a `CostPart`. Nothing else numeric stands under this prefix. */
export const PREFIX_COST_PART = 'costspan.cost.'
/** USD, double: what the call costs at list prices; absent where no contract changes them. */
export const ATTR_LIST_AMOUNT = 'costspan.list.amount'
/** USD, double: its parts, as those of the cost. */
export const PREFIX_LIST_PART = 'costspan.list.'
export const ATTR_PRICE_ID = 'costspan.price.id'
export const ATTR_PRICE_BOOK = 'costspan.price.book'
/**
 * Whole units by meter, for those that neither the conventions nor a vendor's own spans name. Tokens are part of the
 * conventions' totals.
 */
export const USAGE_ATTRIBUTES = {
  cacheWrite30m: 'costspan.usage.cache_write_30m',
  cacheWrite12h: 'costspan.usage.cache_write_12h',
  audioCacheRead: 'costspan.usage.audio_cache_read',
  imageCacheRead: 'costspan.usage.image_cache_read',
  videoInput: 'costspan.usage.video_in',
  videoOutput: 'costspan.usage.video_out',
  webSearches: 'costspan.usage.web_searches',
  fileSearches: 'costspan.usage.file_searches',
  xSearches: 'costspan.usage.x_searches',
  rerankSearches: 'costspan.usage.rerank_searches',
  requests: 'costspan.usage.requests',
  citations: 'costspan.usage.citation',
  codeSessions: 'costspan.usage.code_sessions',
  pages: 'costspan.usage.pages',
  images: 'costspan.usage.images',
  videoSeconds: 'costspan.usage.video_seconds',
  characters: 'costspan.usage.characters',
  audioSeconds: 'costspan.usage.audio_seconds',
} as const
/** What the price depends on beside tier and usage, as the provider answered it; no convention names it. */
export const PRICE_CONTEXT_ATTRIBUTES = {
  speed: 'costspan.price.speed',
  inferenceGeo: 'costspan.price.inference_geo',
  region: 'costspan.price.region',
  routing: 'costspan.price.routing',
  searchContextSize: 'costspan.price.search_context_size',
  imageSize: 'costspan.price.image_size',
  imageQuality: 'costspan.price.image_quality',
  resolution: 'costspan.price.resolution',
} as const
/** `completed`, `aborted`, `broken_off`, `failed`. */
export const ATTR_CALL_END = 'costspan.call.end'
/** `none`, `retry`, `repeat`, `aborted`, `failed`, `truncated`. */
export const ATTR_WASTE = 'costspan.waste'
/** 1 + earlier assistant messages in the request. */
export const ATTR_TURN = 'costspan.turn'
/** Input tokens apportioned by byte share, an estimate: followed by `system`, `history`, `tools`, `rest`. */
export const PREFIX_CONTEXT = 'costspan.context.'
/** The nth identical request within the unit, from 2. */
export const ATTR_REPEAT = 'costspan.repeat'
/** An event for each attempt that failed before the one that ended the call. */
export const EVENT_ATTEMPT_FAILED = 'costspan.attempt.failed'

// Attribution ------------------------------------------------------------------------------------------------------

export const ATTR_USER_ID = 'user.id'
export const ATTR_SESSION_ID = 'session.id'
export const ATTR_CONVERSATION_ID = 'gen_ai.conversation.id'
export const ATTR_PROMPT_NAME = 'gen_ai.prompt.name'
export const ATTR_PROMPT_VERSION = 'gen_ai.prompt.version'
export const ATTR_FEATURE = 'costspan.feature'
export const ATTR_TEAM = 'costspan.team'
export const ATTR_CUSTOMER = 'costspan.customer'
export const ATTR_COST_CENTER = 'costspan.cost_center'
export const ATTR_UNIT_TYPE = 'costspan.unit.type'
export const ATTR_UNIT_ID = 'costspan.unit.id'
/** Followed by the tag's key. */
export const PREFIX_TAG = 'costspan.tag.'

/** The value on metrics of an attribution that is not known: never a missing label. */
export const UNATTRIBUTED = 'unattributed'

// Resource ---------------------------------------------------------------------------------------------------------

export const ATTR_SERVICE_NAME = 'service.name'
export const ATTR_ENVIRONMENT = 'deployment.environment.name'
/** Before v1.27 of the conventions. */
export const ATTR_ENVIRONMENT_LEGACY = 'deployment.environment'

/** Of HTTP server spans, old and new: read for rules, never written. */
export const HTTP_SERVER = { route: 'http.route', path: 'url.path', target: 'http.target' } as const

// Metrics ----------------------------------------------------------------------------------------------------------

export const ATTR_COST_COMPONENT = 'costspan.cost.component'
/** `text`, `audio`, `image`, `unknown`: required by the conventions on token counters. */
export const ATTR_TOKEN_MODALITY = 'gen_ai.token.modality'
export const ATTR_CONTEXT_PART = 'costspan.context.part'
export const ATTR_SIGNAL = 'costspan.signal'
export const ATTR_REASON = 'costspan.reason'

export type InstrumentKind = 'counter' | 'histogram' | 'gauge'

export interface MetricDefinition {
  readonly name: string
  readonly kind: InstrumentKind
  /** UCUM, as OpenTelemetry writes it. */
  readonly unit: string
  readonly description: string
  /** Explicit bucket boundaries, in the metric's unit. */
  readonly boundaries?: readonly number[]
}

/** The conventions' boundaries for durations, seconds. */
const DURATION_BOUNDARIES = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
/** 1-2.5-5 a decade from 1e-5 to 10 USD: a mini model's cent fractions and a long agent call both land inside. */
const COST_BOUNDARIES = [
  1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
  2.5, 5, 10,
]
/** The conventions' boundaries for token counts. */
const TOKEN_BOUNDARIES = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
]

export const METRIC_COST = {
  name: 'costspan.cost',
  kind: 'counter',
  unit: 'USD',
  description: 'Cost of LLM calls by component.',
} as const satisfies MetricDefinition
export const METRIC_CALLS = {
  name: 'costspan.calls',
  kind: 'counter',
  unit: '{call}',
  description: 'Logical LLM calls.',
} as const satisfies MetricDefinition
export const METRIC_ATTEMPTS = {
  name: 'costspan.attempts',
  kind: 'counter',
  unit: '{attempt}',
  description: 'HTTP attempts of LLM calls, the last one of each included.',
} as const satisfies MetricDefinition
export const METRIC_CACHE_SAVINGS = {
  name: 'costspan.cache.savings',
  kind: 'counter',
  unit: 'USD',
  description: 'Cached input tokens at the full input rate, less what was paid for them.',
} as const satisfies MetricDefinition
export const METRIC_CONTEXT_TOKENS = {
  name: 'costspan.context.tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens by part of the request, apportioned by byte share: an estimate.',
} as const satisfies MetricDefinition
export const METRIC_INPUT_TOKENS = {
  name: 'gen_ai.client.inference.usage.input_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens, cached and cache-writing included.',
} as const satisfies MetricDefinition
export const METRIC_OUTPUT_TOKENS = {
  name: 'gen_ai.client.inference.usage.output_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Output tokens, reasoning included.',
} as const satisfies MetricDefinition
export const METRIC_CACHE_READ_TOKENS = {
  name: 'gen_ai.client.inference.usage.cache_read.input_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens read from a provider-side cache.',
} as const satisfies MetricDefinition
export const METRIC_CACHE_WRITE_TOKENS = {
  name: 'gen_ai.client.inference.usage.cache_write.input_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Input tokens written to a provider-side cache.',
} as const satisfies MetricDefinition
export const METRIC_REASONING_TOKENS = {
  name: 'gen_ai.client.inference.usage.reasoning.output_tokens',
  kind: 'counter',
  unit: '{token}',
  description: 'Output tokens spent on reasoning.',
} as const satisfies MetricDefinition
export const METRIC_OPERATION_COST = {
  name: 'gen_ai.client.operation.cost',
  kind: 'histogram',
  unit: 'USD',
  description: 'Cost of a single call.',
  boundaries: COST_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_OPERATION_INPUT_TOKENS = {
  name: 'gen_ai.client.inference.operation.input_tokens',
  kind: 'histogram',
  unit: '{token}',
  description: 'Input tokens of a single call.',
  boundaries: TOKEN_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_DURATION = {
  name: 'gen_ai.client.inference.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Duration of a logical call, retries and reading of the stream included.',
  boundaries: DURATION_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_TIME_TO_FIRST_CHUNK = {
  name: 'gen_ai.client.inference.time_to_first_chunk',
  kind: 'histogram',
  unit: 's',
  description: 'Time from the request to the first byte handed to the application.',
  boundaries: DURATION_BOUNDARIES,
} as const satisfies MetricDefinition
export const METRIC_PRICE_BOOK_TIME = {
  name: 'costspan.price.book.time',
  kind: 'gauge',
  unit: 's',
  description: 'Unix time of the price book in use.',
} as const satisfies MetricDefinition
export const METRIC_DROPPED = {
  name: 'costspan.dropped',
  kind: 'counter',
  unit: '{item}',
  description: 'What was dropped or folded together, by signal and reason.',
} as const satisfies MetricDefinition

/** Instrumentation scope of everything costspan emits. */
export const SCOPE_NAME = 'costspan'

/**
 * The name a metric has in Prometheus 3 when it came by OTLP: dots become underscores, a unit in braces is dropped,
 * any other unit is appended, and counters end in `_total`.
 * Source: OpenTelemetry specification, compatibility/prometheus_and_openmetrics.md.
 */
export function prometheusName(metric: Pick<MetricDefinition, 'name' | 'kind' | 'unit'>): string {
  const base = metric.name.replaceAll('.', '_')
  const unit = metric.unit === 's' ? 'seconds' : metric.unit.startsWith('{') ? '' : metric.unit
  const named = unit === '' || base.endsWith(`_${unit}`) ? base : `${base}_${unit}`
  return metric.kind === 'counter' ? `${named}_total` : named
}
