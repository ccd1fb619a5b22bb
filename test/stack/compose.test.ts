/** docker-compose.yml and Grafana's provisioning: what can be known of them without an image. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as contract from '../../instrumentation/semconv.ts'
import { onPath } from './engines/engines.ts'
import { CONFIG, ROOT } from './support/stack.ts'

interface Service {
  readonly image: string
  readonly user?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
  readonly cpus?: number
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const yaml = (path: string): ReturnType<typeof parse> => parse(read(path), { merge: true })

const compose: {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
} = yaml('docker-compose.yml')
const services = Object.entries(compose.services)

describe('docker-compose.yml', () => {
  const docker = onPath('docker-compose')
  it.skipIf(docker === undefined)('is taken by docker-compose', () => {
    const args = ['-f', join(ROOT, 'docker-compose.yml'), 'config', '-q']
    expect(execFileSync(docker ?? '', args, { encoding: 'utf8' })).toBe('')
  })

  it.each(services)('%s is pinned by version and digest', (_name, { image }) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+(-[\w-]+)?@sha256:[0-9a-f]{64}$/)
  })

  it.each(services)('%s can write to its volumes only, and gains no right', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    const mounts = (service.volumes ?? []).map((volume) => volume.split(':'))
    for (const [source = '', , mode] of mounts) {
      if (source.startsWith('.')) expect([source, mode]).toEqual([source, 'ro'])
      else expect(Object.keys(compose.volumes)).toContain(source)
    }
  })

  it.each(services)('%s has limits of memory and of processors', (_name, service) => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/)
    expect(service.cpus).toBeGreaterThan(0)
  })

  it('runs as root only what hands the volumes over, without a network', () => {
    const root = services.filter(([, { user }]) => user === undefined || /^0(:|$)/.test(user))
    expect(root.map(([name]) => name)).toEqual(['volumes'])
    expect(compose.services['volumes']).toMatchObject({ network_mode: 'none' })
  })

  it('listens on the loopback interface only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? [])
    expect(ports.length).toBeGreaterThan(4)
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  it('asks after health only from images that hold a wget, and waits only for what can answer', () => {
    const asked = services.filter(([, { healthcheck }]) => healthcheck !== undefined)
    const images = asked.map(([, { image }]) => image.split(':')[0])
    expect(new Set(images)).toEqual(new Set(['prom/prometheus', 'grafana/grafana']))
    const waits = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
    const healthy = waits.filter(([, { condition }]) => condition === 'service_healthy')
    expect(healthy.filter(([name]) => compose.services[name]?.healthcheck === undefined)).toEqual(
      [],
    )
  })

  it('runs the versions that the tests run', () => {
    const { dist } = yaml('collector-config/builder.yaml')
    const modules = read('test/stack/engines/go.mod')
    const [, minor, patch] = /prometheus\/prometheus v0\.3(\d\d)\.(\d+)/.exec(modules) ?? []
    expect(compose.services['collector']?.image).toContain(`contrib:${dist.version}@`)
    expect(compose.services['prometheus']?.image).toContain(`:v3.${minor}.${patch}@`)
  })

  it('gives the Collector only variables that its configuration reads', () => {
    const config = read('collector-config/collector.yaml')
    const given = Object.keys(compose.services['collector']?.environment ?? {})
    const unread = given.filter((name) => !config.includes(`\${env:${name}`))
    expect(unread).toEqual(['GOMEMLIMIT'])
  })

  it('mounts what is there', () => {
    const sources = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((source) => source.startsWith('./'))
    // Dashboards are generated into a folder of their own.
    const missing = sources.filter((source) => !existsSync(join(ROOT, source)))
    expect(missing).toEqual([])
  })
})

describe('docs/pipeline.md', () => {
  it('has every variable that the configurations and docker-compose.yml read', () => {
    const page = read('docs/pipeline.md')
    const files = ['collector.yaml', 'forward.yaml'].map((name) => join(CONFIG, name))
    const names = [...files, join(ROOT, 'docker-compose.yml')].flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/\$\{(?:env:)?([A-Z_]+)/g),
    ])
    const missing = names.map(([, name]) => name ?? '').filter((name) => !page.includes(name))
    expect([...new Set(missing)]).toEqual([])
  })
})

describe('what Grafana is provisioned with', () => {
  const { datasources } = yaml('dashboards/provisioning/datasources/costspan.yaml')
  const [prometheus, tempo] = datasources
  const grafana = compose.services['grafana']

  it('leads from metrics to traces and back by uid', () => {
    expect(prometheus.jsonData.exemplarTraceIdDestinations[0].datasourceUid).toBe(tempo.uid)
    expect(tempo.jsonData.tracesToMetrics.datasourceUid).toBe(prometheus.uid)
  })

  it('asks for series and labels of the contract', () => {
    const known = [contract.METRIC_COST, contract.METRIC_CALLS].map(contract.prometheusName)
    const asked = tempo.jsonData.tracesToMetrics.queries.map(
      (one: { query: string }) => /[a-z]\w+(?=\{)/.exec(one.query)?.[0],
    )
    expect(asked.toSorted()).toEqual(known.toSorted())
    for (const { key, value } of tempo.jsonData.tracesToMetrics.tags) {
      expect(Object.values(contract)).toContain(key)
      expect(value).toBe(key.replaceAll('.', '_'))
    }
  })

  it('reads addresses that docker-compose.yml gives it', () => {
    for (const { url } of datasources) {
      const name = /^\$\{(\w+)\}$/.exec(url)?.[1] ?? ''
      expect(grafana?.environment?.[name]).toMatch(/^http:\/\/(prometheus|tempo):\d+$/)
    }
  })

  it('finds the dashboards where they are mounted, and keeps them as generated', () => {
    const [provider] = yaml('dashboards/provisioning/dashboards/costspan.yaml').providers
    const mounts = (grafana?.volumes ?? []).map((volume) => volume.split(':')[1])
    expect(mounts).toContain(provider.options.path)
    expect(provider).toMatchObject({ allowUiUpdates: false, folder: 'costspan' })
  })
})
