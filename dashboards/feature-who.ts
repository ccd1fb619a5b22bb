/** Explore a feature: users, sessions, conversations, customers and single calls, from their traces. */

import * as names from '../instrumentation/semconv.ts'
import { callsAbove, OF_FEATURE, topSpenders } from './traces.ts'

const formula = (attribute: string): string =>
  `\`sum_over_time(${names.ATTR_COST_AMOUNT})\` of the feature’s spans by \`${attribute}\`, the ten largest of the chosen time range.`
const caveat =
  'of the traces that Tempo kept: sampling leaves money out. Spans without an environment are not in it. Tempo answers at most a month.'
const missing = (field: string): string => `Nothing: set \`${field}\` in withAttribution`
const SHARED = { caveat, width: 6 } as const

export const topUsers = topSpenders(names.ATTR_USER_ID, 'User', OF_FEATURE, {
  ...SHARED,
  title: 'Which users?',
  formula: formula(names.ATTR_USER_ID),
  todo: 'click a user to see the calls.',
  noValue: missing('user'),
})

export const topSessions = topSpenders(names.ATTR_SESSION_ID, 'Session', OF_FEATURE, {
  ...SHARED,
  title: 'Which sessions?',
  formula: formula(names.ATTR_SESSION_ID),
  todo: 'click a session to see the calls.',
  noValue: missing('session'),
})

export const topConversations = topSpenders(names.ATTR_UNIT_ID, 'Conversation', OF_FEATURE, {
  ...SHARED,
  title: 'Which conversations?',
  formula: formula(names.ATTR_UNIT_ID),
  todo: 'click a conversation (or other unit) to see its calls.',
  noValue: missing('conversation'),
})

export const topCustomers = topSpenders(names.ATTR_CUSTOMER, 'Customer', OF_FEATURE, {
  ...SHARED,
  title: 'Which customers?',
  formula: formula(names.ATTR_CUSTOMER),
  todo: 'click a customer to see the calls.',
  noValue: missing('customer'),
})

export const expensiveCalls = callsAbove('$threshold', OF_FEATURE, {
  title: 'Which single calls are expensive?',
  formula: `Spans with \`${names.ATTR_COST_AMOUNT}\` from the threshold at the top on, at most 50 traces.`,
  caveat: 'not a complete ranking: Tempo stops at the limit, with whatever it found first.',
  todo: 'raise the threshold until few are left; click one to see its trace.',
  noValue: 'No call costs that much: lower the threshold at the top',
  width: 24,
})
