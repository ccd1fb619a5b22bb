/** docker-compose.yml in a Docker engine: users, volumes, health and ports, on images of the engines that were built. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { money } from '../../dashboards/money.ts'
import { missingEngines } from './engines/engines.ts'
import { startDocker, withoutDocker, type Docker } from './support/docker.ts'
import { freePorts } from './support/engine-process.ts'
import { number, until } from './support/prometheus.ts'
import { pricedCall, sendSpans } from './support/spans.ts'

const SERVICES = ['volumes', 'collector', 'tempo', 'prometheus', 'ready']
const reason = missingEngines().length > 0 ? 'the engines are not built' : withoutDocker()
if (reason !== undefined) console.log(`left out: docker-compose.yml in an engine: ${reason}`)

describe.skipIf(reason !== undefined)('docker compose up', () => {
  let docker: Docker
  let [otlp, prometheus] = ['', '']

  beforeAll(async () => {
    const [http, grpc, traces, metrics] = await freePorts(4)
    otlp = `http://127.0.0.1:${http}`
    prometheus = `http://127.0.0.1:${metrics}`
    docker = await startDocker({
      COSTSPAN_HTTP_PORT: String(http),
      COSTSPAN_GRPC_PORT: String(grpc),
      COSTSPAN_TEMPO_PORT: String(traces),
      COSTSPAN_PROMETHEUS_PORT: String(metrics),
    })
    await docker.compose('up', '-d', ...SERVICES)
  })
  afterAll(() => docker?.close())

  const inspect = async (service: string, what: string): Promise<string> => {
    const id = (await docker.compose('ps', '-q', service)).trim()
    return (await docker.run('inspect', '-f', `{{${what}}}`, id)).trim()
  }
  const spent = (): Promise<number> => number(prometheus, money('', [], '15m'))

  it('is healthy: Collector, store of traces and Prometheus answer', async () => {
    const health = (): Promise<string> => inspect('ready', '.State.Health.Status')
    expect(await until(health, (status) => status === 'healthy', 90_000)).toBe('healthy')
    expect(await inspect('prometheus', '.State.Health.Status')).toBe('healthy')
  })

  it.each([
    ['collector', '10001:10001'],
    ['tempo', '10001:10001'],
    ['prometheus', '65534:65534'],
  ])('%s runs as %s on a root that it cannot write', async (service, user) => {
    expect(await inspect(service, '.Config.User')).toBe(user)
    expect(await inspect(service, '.HostConfig.ReadonlyRootfs')).toBe('true')
    expect(await inspect(service, '.State.Running')).toBe('true')
    expect(await inspect(service, '.RestartCount')).toBe('0')
  })

  it('counts a span that comes to the published port, and goes on after the Collector was killed', async () => {
    expect(await sendSpans(otlp, [pricedCall(2)])).toMatchObject({ status: 200 })
    expect(await until(spent, (usd) => usd > 1, 30_000)).toBeCloseTo(2, 9)
    await docker.compose('kill', '-s', 'KILL', 'collector')
    await docker.compose('start', 'collector')
    const send = async (): Promise<boolean> => {
      try {
        return (await sendSpans(otlp, [pricedCall(3)])).status === 200
      } catch {
        return false
      }
    }
    expect(await until(send, (taken) => taken, 30_000)).toBe(true)
    expect(await until(spent, (usd) => usd > 4, 30_000)).toBeCloseTo(5, 9)
  })
})
