/** Puts every hook in its place: all that may send a call. */

import { AWS_CLIENT_MODULES, onRequired, UNDICI_MODULE } from '../intercept/clients/required.ts'
import { interceptFetch } from '../intercept/fetch.ts'
import { interceptNodeHttp } from '../intercept/node-http.ts'
import type { Observation } from '../intercept/start-call.ts'
import { createUndiciHook, interceptUndici } from '../intercept/undici.ts'
import { onDemand } from '../on-demand.ts'

type HttpRequests = typeof import('../intercept/http-request.ts')
type UndiciRequests = typeof import('../intercept/undici-request.ts')
type Bedrock = typeof import('../intercept/clients/bedrock.ts')

/** @param by the observation for the hook of that name */
export function intercept(by: (hook: string) => Observation): void {
  const undici = by('undici')
  interceptFetch(by('fetch'))
  interceptNodeHttp(by('node:http'), () => onDemand('intercept/http-request') as HttpRequests)
  interceptUndici(undici, () => onDemand('intercept/undici-request') as UndiciRequests)
  let bedrock: ((exports: unknown) => void) | undefined
  const hookBedrock = (exports: unknown): void => {
    bedrock ??= (onDemand('intercept/clients/bedrock') as Bedrock).createBedrockHook(by('AWS SDK'))
    bedrock(exports)
  }
  const hooks = new Map<string, (exports: unknown) => void>()
  for (const name of AWS_CLIENT_MODULES) hooks.set(name, hookBedrock)
  onRequired(hooks.set(UNDICI_MODULE, createUndiciHook(undici)))
}
