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
/** USD, double: `costspan.cost.` followed by a `CostPart`. On a call nothing else numeric stands under this prefix. */
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

// Outcomes and costs that are no calls: log events, and spans that a price rule has priced ---------------------------

/** What a unit of work came to. */
export const EVENT_OUTCOME = 'costspan.outcome'
export const ATTR_OUTCOME_NAME = 'costspan.outcome.name'
/** Boolean. Absent: not said. On metrics `true`, `false`, `unknown`. */
export const ATTR_OUTCOME_SUCCESS = 'costspan.outcome.success'
/** USD, double, not negative. */
export const ATTR_OUTCOME_VALUE = 'costspan.outcome.value'
/** Outcomes of one name and key are one. */
export const ATTR_OUTCOME_IDEMPOTENCY_KEY = 'costspan.outcome.idempotency_key'

/** A cost that is no call. */
export const EVENT_COST = 'costspan.cost.recorded'
/** `vector_db`, `gateway`: on such a record or span, and on the metric `costspan.cost`. */
export const ATTR_COST_COMPONENT = 'costspan.cost.component'
/** USD, double, not negative. */
export const ATTR_RECORDED_AMOUNT = 'costspan.cost.amount'
/** Who says so: a price rule, or what `recordCost` was told. */
export const ATTR_RECORDED_SOURCE = 'costspan.cost.source'
/** `measured` or `allocated`. */
export const ATTR_RECORDED_ORIGIN = 'costspan.cost.origin'
/** Double: how many units of what the rule prices. */
export const ATTR_RECORDED_QUANTITY = 'costspan.cost.quantity'

/** Source: semantic conventions 1.37, "General logs attributes". Records of one id are one record. */
export const ATTR_LOG_RECORD_UID = 'log.record.uid'

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

/** `text`, `audio`, `image`, `unknown`: required by the conventions on token counters. */
export const ATTR_TOKEN_MODALITY = 'gen_ai.token.modality'
export const ATTR_CONTEXT_PART = 'costspan.context.part'
/** `process`, where it can't be told whether the unit began here: an upper bound over processes. Absent: it began here. */
export const ATTR_UNIT_COUNTED = 'costspan.unit.counted'
export const ATTR_SIGNAL = 'costspan.signal'
export const ATTR_REASON = 'costspan.reason'

export * from './semconv-metrics.ts'

/** Instrumentation scope of everything costspan emits. */
export const SCOPE_NAME = 'costspan'
