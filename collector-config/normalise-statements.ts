/**
 * The statements of `transform/normalise`: what other emitters call things, by the names of the conventions; the names
 * they came with stay. One group for each family of names, behind a question that other spans answer fast.
 *
 * Sources, read November 2026: spans recorded from the packages (test/fixtures/emitters); semantic-conventions-genai
 * and its registry of deprecated names; openinference-semantic-conventions 0.1; LiteLLM's docs/observability/opentelemetry.
 */

import * as names from '../instrumentation/semconv.ts'
import { attribute as at, cache, either, every, literal, set, type LiteralMap } from './ottl.ts'

/** Most spans are no calls: what answers for these comes first. */
const call = `${at(names.ATTR_OPERATION_NAME)} != nil`
const model = either(
  `${at(names.ATTR_REQUEST_MODEL)} != nil`,
  `${at(names.ATTR_RESPONSE_MODEL)} != nil`,
)

export interface StatementGroup {
  readonly condition: string
  readonly statements: readonly string[]
}

/** The first of the other names that is there, where the span lacks the conventions' own. */
function renamed(to: string, ...from: readonly string[]): readonly string[] {
  return from.map((name) => set(at(to), at(name), every(`${at(to)} == nil`, `${at(name)} != nil`)))
}

function counted(to: string, ...from: readonly string[]): readonly string[] {
  return from.map((name) =>
    set(at(to), `Int(${at(name)})`, every(`${at(to)} == nil`, `${at(name)} != nil`)),
  )
}

function present(...attributes: readonly string[]): string {
  return either(...attributes.map((name) => `${at(name)} != nil`))
}

const OPERATIONS: LiteralMap = {
  completion: 'text_completion',
  embedding: 'embeddings',
  LLM: 'chat',
  EMBEDDING: 'embeddings',
}

function operations(from: string): readonly string[] {
  const to = at(names.ATTR_OPERATION_NAME)
  return [
    ...Object.entries(OPERATIONS).map(([value, operation]) =>
      set(to, literal(operation), every(`${to} == nil`, `${at(from)} == ${literal(value)}`)),
    ),
    set(to, '"chat"', every(`${to} == nil`, `${at(from)} == "chat"`)),
  ]
}

/** Names before v1.37 of the conventions, and those that OpenLLMetry and OpenLIT still have. */
function earlierNames(spellings: LiteralMap): StatementGroup {
  const provider = at(names.ATTR_PROVIDER_NAME)
  const known = cache('known')
  return {
    condition: either(
      present(names.ATTR_SYSTEM_LEGACY),
      every(
        model,
        present(
          names.ATTR_CACHE_CREATION_TOKENS_LEGACY,
          'gen_ai.usage.total_tokens',
          'gen_ai.usage.prompt_tokens',
          'gen_ai.usage.cache_read_input_tokens',
          'gen_ai.openai.response.service_tier',
        ),
      ),
    ),
    statements: [
      set(
        provider,
        `ToLowerCase(${at(names.ATTR_SYSTEM_LEGACY)})`,
        every(`${provider} == nil`, present(names.ATTR_SYSTEM_LEGACY)),
      ),
      set(known, literal(spellings), `${provider} != nil`),
      set(
        provider,
        `${known}[${provider}]`,
        every(`${provider} != nil`, `${known}[${provider}] != nil`),
      ),
      ...operations('llm.request.type'),
      ...counted(names.ATTR_INPUT_TOKENS, 'gen_ai.usage.prompt_tokens', 'llm.usage.prompt_tokens'),
      ...counted(
        names.ATTR_OUTPUT_TOKENS,
        'gen_ai.usage.completion_tokens',
        'llm.usage.completion_tokens',
      ),
      ...counted(names.ATTR_CACHE_READ_TOKENS, 'gen_ai.usage.cache_read_input_tokens'),
      ...counted(
        names.ATTR_CACHE_WRITE_TOKENS,
        names.ATTR_CACHE_CREATION_TOKENS_LEGACY,
        'gen_ai.usage.cache_creation_input_tokens',
      ),
      ...counted(
        names.ATTR_REASONING_TOKENS,
        'gen_ai.usage.reasoning_tokens',
        'llm.usage.reasoning_tokens',
      ),
      ...renamed(names.ATTR_OPENAI_SERVICE_TIER, 'gen_ai.openai.response.service_tier'),
    ],
  }
}

/** OpenInference: its kinds of span, its token counts, its names of models. Chains and agents are no calls. */
function openInference(spellings: LiteralMap): StatementGroup {
  const provider = at(names.ATTR_PROVIDER_NAME)
  const known = cache('known')
  const lowered = (name: string): string =>
    set(provider, `ToLowerCase(${at(name)})`, every(`${provider} == nil`, present(name)))
  return {
    condition: present('openinference.span.kind'),
    statements: [
      ...operations('openinference.span.kind'),
      lowered('llm.provider'),
      lowered('llm.system'),
      set(known, literal(spellings), `${provider} != nil`),
      set(
        provider,
        `${known}[${provider}]`,
        every(`${provider} != nil`, `${known}[${provider}] != nil`),
      ),
      ...renamed(names.ATTR_REQUEST_MODEL, 'llm.model_name', 'embedding.model_name'),
      ...counted(names.ATTR_INPUT_TOKENS, 'llm.token_count.prompt'),
      ...counted(names.ATTR_OUTPUT_TOKENS, 'llm.token_count.completion'),
      ...counted(names.ATTR_CACHE_READ_TOKENS, 'llm.token_count.prompt_details.cache_read'),
      ...counted(names.ATTR_CACHE_WRITE_TOKENS, 'llm.token_count.prompt_details.cache_write'),
      ...counted(names.ATTR_REASONING_TOKENS, 'llm.token_count.completion_details.reasoning'),
      ...counted(names.ATTR_AUDIO_INPUT_TOKENS, 'llm.token_count.prompt_details.audio'),
      ...counted(names.ATTR_AUDIO_OUTPUT_TOKENS, 'llm.token_count.completion_details.audio'),
      ...renamed(names.ATTR_PROMPT_VERSION, 'llm.prompt_template.version'),
      set(
        cache('metadata'),
        `ParseJSON(${at('metadata')})`,
        every(`IsString(${at('metadata')})`, `HasPrefix(${at('metadata')}, "{")`),
      ),
      ...['feature', 'team', 'customer'].map((field) =>
        set(
          at(`costspan.${field}`),
          cache('metadata', field),
          every(`${at(`costspan.${field}`)} == nil`, `${cache('metadata', field)} != nil`),
        ),
      ),
    ],
  }
}

const TRACELOOP = 'traceloop.association.properties.'

/** Who it was for, as OpenLLMetry's workflows and association properties say it. */
const traceloop: StatementGroup = {
  condition: every(
    either(call, present('traceloop.span.kind')),
    present(
      'traceloop.workflow.name',
      ...['user_id', 'session_id', 'customer_id', 'feature'].map((name) => TRACELOOP + name),
    ),
  ),
  statements: [
    ...renamed(names.ATTR_USER_ID, `${TRACELOOP}user_id`, `${TRACELOOP}userId`),
    ...renamed(names.ATTR_SESSION_ID, `${TRACELOOP}session_id`),
    ...renamed(names.ATTR_CONVERSATION_ID, `${TRACELOOP}conversation_id`, `${TRACELOOP}chat_id`),
    ...renamed(names.ATTR_CUSTOMER, `${TRACELOOP}customer_id`, `${TRACELOOP}tenant_id`),
    ...renamed(names.ATTR_TEAM, `${TRACELOOP}team`),
    ...renamed(names.ATTR_FEATURE, `${TRACELOOP}feature`, 'traceloop.workflow.name'),
    ...renamed(names.ATTR_PROMPT_NAME, 'traceloop.prompt.key'),
    ...renamed(names.ATTR_PROMPT_VERSION, 'traceloop.prompt.version'),
  ],
}

const LITELLM = 'metadata.user_api_key_'
const LITELLM_2 = 'litellm.metadata.user_api_key_'

/** The gateway's key says who it was for; it prices by itself. */
const litellm: StatementGroup = {
  condition: every(
    call,
    present(
      'litellm.cost.total',
      'gen_ai.cost.total_cost',
      `${LITELLM}hash`,
      'litellm.api_key.hash',
    ),
  ),
  statements: [
    ...renamed(names.ATTR_TEAM, 'litellm.team.alias', `${LITELLM}team_alias`),
    ...renamed(names.ATTR_USER_ID, `${LITELLM_2}user_id`, `${LITELLM}user_id`),
    ...renamed(names.ATTR_CUSTOMER, `${LITELLM_2}end_user_id`, `${LITELLM}end_user_id`),
    set(
      at(names.ATTR_COST_BY),
      '"gateway"',
      every(
        `${at(names.ATTR_COST_BY)} == nil`,
        present('litellm.cost.total', 'gen_ai.cost.total_cost'),
      ),
    ),
  ],
}

const STATED = [
  'gen_ai.usage.cost',
  'litellm.cost.total',
  'gen_ai.cost.total_cost',
  'llm.cost.total',
  'operation.cost',
]

/** Dollars that somebody has put on the span already: they stay, whole, and nothing is priced again. */
const statedCost: StatementGroup = {
  condition: every(
    call,
    `${at(names.ATTR_COST_STATUS)} == nil`,
    present(names.ATTR_COST_AMOUNT, ...STATED),
  ),
  statements: [
    ...STATED.map((name) =>
      set(
        at(names.ATTR_COST_AMOUNT),
        `Double(${at(name)})`,
        every(
          `${at(names.ATTR_COST_AMOUNT)} == nil`,
          either(`IsDouble(${at(name)})`, `IsInt(${at(name)})`),
        ),
      ),
    ),
    set(
      at(names.ATTR_COST_CURRENCY),
      '"USD"',
      every(`${at(names.ATTR_COST_CURRENCY)} == nil`, present(names.ATTR_COST_AMOUNT)),
    ),
    set(
      at(names.ATTR_COST_SOURCE),
      '"local"',
      every(`${at(names.ATTR_COST_SOURCE)} == nil`, present(names.ATTR_COST_AMOUNT)),
    ),
    set(at(names.ATTR_COST_STATUS), '"priced"', present(names.ATTR_COST_AMOUNT)),
    set(
      at(`${names.PREFIX_COST_PART}other`),
      at(names.ATTR_COST_AMOUNT),
      present(names.ATTR_COST_AMOUNT),
    ),
  ],
}

/** The AI SDK: its functionId stands on the span that contains the call; what it puts on the call itself is read. */
const aiSdk: StatementGroup = {
  condition: every(call, present('ai.telemetry.functionId', 'gen_ai.agent.name')),
  statements: renamed(names.ATTR_FEATURE, 'ai.telemetry.functionId', 'gen_ai.agent.name'),
}

/** @param spellings other spellings of providers, to the book's names */
export function normaliseGroups(spellings: LiteralMap): readonly StatementGroup[] {
  const groups = [
    ...[earlierNames(spellings), openInference(spellings)],
    ...[traceloop, litellm, aiSdk, statedCost],
  ]
  // The spans that costspan itself writes have these names.
  const others = `scope.name != ${literal(names.SCOPE_NAME)}`
  return groups.map(({ condition, statements }) => ({
    condition: every(others, condition),
    statements,
  }))
}
