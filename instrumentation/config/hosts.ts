/** `hosts` of the configuration file: whose forms a host of one's own speaks. */

import { isObject, shown } from '../core/unknown.ts'

const NO_HOSTS: Readonly<Record<string, string>> = {}
/** A name as in an address: `vllm.internal`, `10.0.0.7`, `[::1]`; port and scheme are no part of it. */
const NAME = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/
const PROVIDER = /^[a-z0-9][a-z0-9_.-]{0,63}$/

/** Provider by host name. What is not sound is left out, and told. */
export function readHosts(
  value: unknown,
  problem: (path: readonly string[], line: string) => void,
): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return NO_HOSTS
  if (!isObject(value)) {
    problem(
      [],
      `hosts=${shown(value)} is not allowed; allowed: a map of host names to providers. Using none.`,
    )
    return NO_HOSTS
  }
  const sound = Object.entries(value).filter(([host, provider]) => {
    if (!NAME.test(host)) {
      problem(
        [host],
        `'${host}' is no host name; allowed: a name in lower case, without scheme, port and path. Left out.`,
      )
      return false
    }
    if (typeof provider === 'string' && PROVIDER.test(provider)) return true
    problem(
      [host],
      `${host}=${shown(provider)} is not allowed; allowed: a provider's name, as in a price file. Left out.`,
    )
    return false
  })
  return sound.length === 0 ? NO_HOSTS : (Object.fromEntries(sound) as Record<string, string>)
}
