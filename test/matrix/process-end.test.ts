/** The ends of the process, with clients that the repository itself has installed. */

import { MATRIX } from './cases.ts'
import { testProcessEnds } from './process-ends.ts'

testProcessEnds(MATRIX)
