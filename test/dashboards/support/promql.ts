/** What a PromQL query names, by Prometheus' own grammar. */

import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'

export interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
  /** Functions and selectors around it, the innermost first. */
  readonly inside: readonly string[]
}

export interface Named {
  readonly errors: readonly string[]
  readonly selectors: readonly Selector[]
  /** Of `by`, `on`, `group_left` and their like. */
  readonly grouping: readonly string[]
}

/** Stands for what Grafana puts in. */
const expanded = (query: string): string =>
  query
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__interval', '1m')
    .replaceAll('$__range_s', '10800')
    .replaceAll('$__range', '3h')
    .replaceAll(/\$(baseline|threshold)/g, '18')
    .replaceAll(/\$\w+/g, 'x')

export function namesOf(query: string): Named {
  const text = expanded(query)
  const errors: string[] = []
  const selectors: Selector[] = []
  const grouping: string[] = []
  const of = (node: SyntaxNode): string => text.slice(node.from, node.to)
  parser.parse(text).iterate({
    enter: ({ node }) => {
      if (node.type.isError)
        errors.push(`at ${node.from}: ${text.slice(node.from, node.from + 40)}`)
      if (node.name === 'VectorSelector') selectors.push(selectorOf(node, of))
      if (node.name === 'GroupingLabels') grouping.push(...labelsIn(node, of))
    },
  })
  return { errors, selectors, grouping }
}

function selectorOf(node: SyntaxNode, of: (node: SyntaxNode) => string): Selector {
  const name = node.getChild('Identifier')
  const matchers = node.getChild('LabelMatchers')
  return {
    metric: name === null ? '' : of(name),
    labels: matchers === null ? [] : labelsIn(matchers, of),
    inside: around(node, of),
  }
}

function labelsIn(node: SyntaxNode, of: (node: SyntaxNode) => string): string[] {
  const labels: string[] = []
  node.cursor().iterate((inner) => {
    if (inner.name === 'LabelName') labels.push(of(inner.node))
  })
  return labels
}

function around(node: SyntaxNode, of: (node: SyntaxNode) => string): string[] {
  const functions: string[] = []
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.name !== 'FunctionCall') continue
    const called = up.getChild('FunctionIdentifier')
    if (called !== null) functions.push(of(called))
  }
  return functions
}
