/** One client for each way in which a stream reaches the application. */

import { MATRIX } from './cases.ts'
import { testProcessEnds } from './process-ends.ts'

testProcessEnds(MATRIX, ['openai chat', 'anthropic', 'bedrock converse', 'ai openai chat'])
