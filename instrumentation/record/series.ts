/**
 * The series of one label set (`A` of the contract): found once per call, then every counter is an addition.
 */

import type { Attributes } from '@opentelemetry/api'
import * as names from '../semconv.ts'
import type { ContextPart } from './attributes.ts'
import type { Labels } from './cardinality.ts'
import type { Cell, Family } from './families.ts'
import type { HistogramCell } from './histograms.ts'
import type { Instruments } from './instruments.ts'

interface CallKey {
  readonly operation: string
  readonly end: string
  readonly status: string
  /** Empty where there is none. */
  readonly reason: string
  readonly waste: string
}

export interface Series {
  readonly operationCost: HistogramCell
  readonly operationInputTokens: HistogramCell
  /** Histograms of time, by what went wrong: empty where nothing did. */
  timed(errorType: string): TimeCells
  /** Cells whose further attributes vary, by these. */
  call(of: CallKey): Cell
  attempt(status: number | undefined): Cell
  cost(component: string, waste: string): Cell
  tokens(modality: string): TokenCells
  context(part: ContextPart): Cell
  readonly savings: Cell
}

export interface TimeCells {
  readonly duration: HistogramCell
  readonly timeToFirstChunk: HistogramCell
}

export interface TokenCells {
  readonly input: Cell
  readonly output: Cell
  readonly cacheRead: Cell
  readonly cacheWrite: Cell
  readonly reasoning: Cell
}

export function createSeries(
  instruments: Instruments,
  labels: Labels,
  customer: string | undefined,
): Series {
  const all = labelAttributes(labels, customer)
  const prompt: Attributes = {
    [names.ATTR_FEATURE]: labels.feature,
    [names.ATTR_PROMPT_NAME]: labels.promptName,
    [names.ATTR_PROMPT_VERSION]: labels.promptVersion,
  }
  const costs = memo((waste: string) => costCells(instruments, all, waste))
  const tokens = memo((modality: string) =>
    tokenCells(instruments, { ...all, [names.ATTR_TOKEN_MODALITY]: modality }),
  )
  const context = memo((part: ContextPart) =>
    instruments.contextTokens({ ...prompt, [names.ATTR_CONTEXT_PART]: part }),
  )
  let savings: Cell | undefined
  return {
    ...histogramCells(instruments, labels, prompt),
    ...callCells(instruments, all),
    cost: (component, waste) => costs(waste)(component),
    tokens,
    context,
    get savings() {
      return (savings ??= instruments.savings(all))
    },
  }
}

function callCells(instruments: Instruments, all: Attributes): Pick<Series, 'call' | 'attempt'> {
  const { [names.ATTR_TEAM]: _team, ...withoutTeam } = all
  const calls = new Map<string, Cell>()
  let last: { readonly of: CallKey; readonly cell: Cell } | undefined
  const attempt = memo((status: number | undefined) =>
    instruments.attempts(
      status === undefined ? withoutTeam : { ...withoutTeam, [names.ATTR_HTTP_STATUS]: status },
    ),
  )
  return {
    call(of) {
      // Most calls are like the one before, and a key put together of five words has to be hashed each time.
      if (last !== undefined && isEqual(last.of, of)) return last.cell
      const key = [of.operation, of.end, of.status, of.reason, of.waste].join(' ')
      const cell = calls.get(key) ?? instruments.calls({ ...all, ...callAttributes(of) })
      calls.set(key, cell)
      last = { of, cell }
      return cell
    },
    attempt,
  }
}

function isEqual(one: CallKey, other: CallKey): boolean {
  return (
    one.operation === other.operation &&
    one.end === other.end &&
    one.status === other.status &&
    one.reason === other.reason &&
    one.waste === other.waste
  )
}

function callAttributes({ operation, end, status, reason, waste }: CallKey): Attributes {
  return {
    [names.ATTR_OPERATION_NAME]: operation,
    [names.ATTR_CALL_END]: end,
    [names.ATTR_COST_STATUS]: status,
    [names.ATTR_WASTE]: waste,
    ...(reason !== '' ? { [names.ATTR_COST_REASON]: reason } : {}),
  }
}

function costCells(
  instruments: Instruments,
  all: Attributes,
  waste: string,
): (component: string) => Cell {
  return memo((component: string) =>
    instruments.cost({
      ...all,
      [names.ATTR_COST_COMPONENT]: component,
      [names.ATTR_WASTE]: waste,
      [names.ATTR_COST_BY]: 'sdk',
    }),
  )
}

function histogramCells(
  instruments: Instruments,
  labels: Labels,
  prompt: Attributes,
): Pick<Series, 'operationCost' | 'operationInputTokens' | 'timed'> {
  const common: Attributes = {
    [names.ATTR_PROVIDER_NAME]: labels.provider,
    [names.ATTR_REQUEST_MODEL]: labels.model,
    [names.ATTR_FEATURE]: labels.feature,
  }
  return {
    operationCost: instruments.operationCost(common),
    operationInputTokens: instruments.operationInputTokens(prompt),
    timed: memo((errorType: string) => {
      const attributes =
        errorType === '' ? common : { ...common, [names.ATTR_ERROR_TYPE]: errorType }
      return {
        duration: instruments.duration(attributes),
        timeToFirstChunk: instruments.timeToFirstChunk(attributes),
      }
    }),
  }
}

function labelAttributes(labels: Labels, customer: string | undefined): Attributes {
  return {
    [names.ATTR_PROVIDER_NAME]: labels.provider,
    [names.ATTR_REQUEST_MODEL]: labels.model,
    [names.ATTR_FEATURE]: labels.feature,
    [names.ATTR_TEAM]: labels.team,
    [names.ATTR_PROMPT_NAME]: labels.promptName,
    [names.ATTR_PROMPT_VERSION]: labels.promptVersion,
    ...(customer !== undefined ? { [names.ATTR_CUSTOMER]: customer } : {}),
  }
}

function tokenCells(instruments: Instruments, attributes: Attributes): TokenCells {
  const cell = (family: Family): Cell => family(attributes)
  return {
    input: cell(instruments.inputTokens),
    output: cell(instruments.outputTokens),
    cacheRead: cell(instruments.cacheReadTokens),
    cacheWrite: cell(instruments.cacheWriteTokens),
    reasoning: cell(instruments.reasoningTokens),
  }
}

/** What was made for a key before, else made now. */
function memo<Key, T>(make: (key: Key) => T): (key: Key) => T {
  const known = new Map<Key, T>()
  return (key) => {
    const existing = known.get(key)
    if (existing !== undefined) return existing
    const made = make(key)
    known.set(key, made)
    return made
  }
}
