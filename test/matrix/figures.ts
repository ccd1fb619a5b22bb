/** How many cases a suite has: a line of its tests each. */

import { casesOf, ENDS, FORMS, type Client, type Suite } from './cases.ts'

/** With the end of the process, in each module form. */
const countCasesOf = (client: Client): number => (casesOf(client).length + 1) * FORMS.length

/** Each end is tried in each module form, and with an endpoint that is dead. */
export const countCases = ({ clients, processEnds }: Suite): number =>
  clients.reduce((sum, client) => sum + countCasesOf(client), 0) +
  processEnds.length * ENDS.length * (FORMS.length + 1)
