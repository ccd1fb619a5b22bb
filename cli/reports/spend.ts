/** `costspan report` without a view: what was spent, by any grouping. */

import { reportNotes, reportTable } from '../../local/report-text.ts'
import type { Report } from '../../local/report.ts'
import type { View } from './view.ts'

export const spend: View = {
  name: 'spend',
  summary: 'what was spent, by feature, model, customer, ... (also without a view)',
  path: '/api/report',
  singleCalls: false,
  takes: ['by', 'since', 'feature'],
  text: (answer: Report) => ({ text: reportTable(answer), notes: reportNotes(answer) }),
}
