/** Health: whether the money is complete and whether everything arrives. */

import { board } from './board.ts'
import { collectorLosses, dropped, queues, seriesByMetric, writers } from './health-arrival.ts'
import {
  bookAge,
  folded,
  missedHours,
  partialShare,
  seriesCount,
  sharedSeries,
  unattributedShare,
  unpricedShare,
} from './health-now.ts'
import { bookByService, unattributedByService, unpricedWhy } from './health-money.ts'
import { choices } from './variables.ts'

export const health = board({
  name: 'health',
  description: 'Whether the money is complete, and whether everything arrives.',
  pace: 'hours',
  variables: choices('environment'),
  rows: [
    {
      title: 'Is the money complete?',
      panels: [unpricedShare, partialShare, unattributedShare, bookAge],
    },
    {
      title: 'Which calls, and why?',
      panels: [unpricedWhy, unattributedByService, bookByService],
    },
    {
      title: 'Does everything arrive, once?',
      panels: [missedHours, folded, sharedSeries, seriesCount],
    },
    {
      title: 'What is lost on the way?',
      panels: [dropped, collectorLosses, queues, writers, seriesByMetric],
    },
  ],
})
