/** Explore a feature: what it costs, why, whether it is slow as well, and who it is. */

import { board } from './board.ts'
import {
  attemptsPerCall,
  callCost,
  conversationCost,
  failed,
  spent,
  wasted,
} from './feature-now.ts'
import {
  expensiveCalls,
  topConversations,
  topCustomers,
  topSessions,
  topUsers,
} from './feature-who.ts'
import {
  attempts,
  causesNow,
  context,
  endings,
  inputSize,
  latency,
  parts,
  versions,
  versionTable,
} from './feature-why.ts'
import { amount, choices, oneOf } from './variables.ts'

export const feature = board({
  name: 'feature',
  description: 'Why a feature costs what it costs, down to single calls.',
  pace: 'hours',
  variables: [
    ...choices('environment'),
    oneOf('feature', 'environment'),
    amount('threshold', 'Expensive from, USD', 'What a call must cost to be listed.', '0.05'),
  ],
  rows: [
    {
      title: 'What does it cost?',
      panels: [spent, conversationCost, callCost, attemptsPerCall, wasted, failed],
    },
    {
      title: 'Why?',
      panels: [parts, causesNow, attempts, context, inputSize, versions, versionTable],
    },
    { title: 'Is it slow or failing as well?', panels: [latency, endings] },
    {
      title: 'Who is it? (from traces)',
      panels: [topUsers, topSessions, topConversations, topCustomers, expensiveCalls],
    },
  ],
})
