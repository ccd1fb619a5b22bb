/** The ends of the process, with clients of the long tail. */

import { testProcessEnds } from '../matrix/process-ends.ts'
import { LONG_TAIL } from './cases.ts'

testProcessEnds(LONG_TAIL)
