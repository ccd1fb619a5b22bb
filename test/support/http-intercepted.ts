/** `node:http` intercepted in this process beside `fetch`. */

import { interceptNodeHttp } from '../../instrumentation/intercept/node-http.ts'
import * as requests from '../../instrumentation/intercept/http-request.ts'
import { intercepted, type Intercepted, type InterceptedOptions } from './intercepted.ts'

export function httpIntercepted(options: InterceptedOptions = {}): Intercepted {
  const seen = intercepted(options)
  const stop = interceptNodeHttp(seen.observation, () => requests)
  return {
    ...seen,
    get begun() {
      return seen.begun
    },
    restore() {
      stop()
      seen.restore()
    },
  }
}
