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

type CallKey = readonly [
  operation: string,
  end: string,
  status: string,
  reason: string,
  waste: string,
]

export interface Series {
  readonly operationCost: HistogramCell
  readonly operationInputTokens: HistogramCell
  /** Histograms of time, by what went wrong: empty where nothing did. */
  timed(errorType: string): TimeCells
  /** Cells whose further attributes vary, by these. */
  call(...of: CallKey): Cell
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
  const costs = memo<(component: string) => Cell>()
  const tokens = memo<TokenCells>()
  const contexts = memo<Cell>()
  let savings: Cell | undefined
  return {
    ...histogramCells(instruments, labels, prompt),
    ...callCells(instruments, all),
    cost: (component, waste) => costs(waste, () => costCells(instruments, all, waste))(component),
    tokens: (modality) =>
      tokens(modality, () =>
        tokenCells(instruments, { ...all, [names.ATTR_TOKEN_MODALITY]: modality }),
      ),
    context: (part) =>
      contexts(part, () =>
        instruments.contextTokens({ ...prompt, [names.ATTR_CONTEXT_PART]: part }),
      ),
    get savings() {
      return (savings ??= instruments.savings(all))
    },
  }
}

function callCells(instruments: Instruments, all: Attributes): Pick<Series, 'call' | 'attempt'> {
  const { [names.ATTR_TEAM]: _team, ...withoutTeam } = all
  const calls = memo<Cell>()
  let last: { readonly of: readonly string[]; readonly cell: Cell } | undefined
  const attempts = memo<Cell>()
  return {
    call(...of) {
      // Most calls are like the one before, and a key put together of five words has to be hashed each time.
      if (last?.of.every((word, index) => word === of[index]) === true) return last.cell
      const cell = calls(of.join(' '), () =>
        instruments.calls({ ...all, ...callAttributes(...of) }),
      )
      last = { of, cell }
      return cell
    },
    attempt: (status) =>
      attempts(status ?? 0, () =>
        instruments.attempts(
          status === undefined ? withoutTeam : { ...withoutTeam, [names.ATTR_HTTP_STATUS]: status },
        ),
      ),
  }
}

function callAttributes(...[operation, end, status, reason, waste]: CallKey): Attributes {
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
  const costs = memo<Cell>()
  return (component) =>
    costs(component, () =>
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
  const timed = memo<TimeCells>()
  return {
    operationCost: instruments.operationCost(common),
    operationInputTokens: instruments.operationInputTokens(prompt),
    timed: (errorType) =>
      timed(errorType, () => {
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
function memo<T>(): (key: string | number, make: () => T) => T {
  const known = new Map<string | number, T>()
  return (key, make) => {
    const existing = known.get(key)
    if (existing !== undefined) return existing
    const made = make()
    known.set(key, made)
    return made
  }
}
