/** A Docker engine of the test's own, and images made of the engines that were built: no registry is asked. */

import { execFile, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { enginePaths, onPath } from '../engines/engines.ts'
import { until } from './prometheus.ts'
import { ROOT } from './stack.ts'

/** Why compose can't be tried here; `undefined` where it can. */
export function withoutDocker(): string | undefined {
  const lacking = ['dockerd', 'docker', 'docker-compose', 'busybox'].find((name) => !onPath(name))
  if (lacking !== undefined) return `there is no ${lacking}`
  return process.getuid?.() === 0 ? undefined : 'starting an engine takes root'
}

export interface Docker {
  /** `docker`; what it wrote to stdout. */
  run(...args: readonly string[]): Promise<string>
  /** `docker-compose` over the shipped file and the stand-ins. */
  compose(...args: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** @param env what `docker-compose.yml` reads */
export async function startDocker(env: Readonly<Record<string, string>>): Promise<Docker> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-docker-'))
  const host = `unix://${join(folder, 'socket')}`
  const options = ['data-root', 'exec-root', 'pidfile'].flatMap((name) => [
    `--${name}`,
    join(folder, name),
  ])
  const engine = spawn('dockerd', [...options, '-H', host], { stdio: 'ignore' })
  const all = { ...process.env, ...env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }
  const call = async (command: string, args: readonly string[]): Promise<string> => {
    const result = await promisify(execFile)(command, [...args], { env: all, cwd: ROOT })
    return result.stdout
  }
  const run = (...args: readonly string[]): Promise<string> => call('docker', args)
  const overlay = join(folder, 'stand-ins.yml')
  // JSON is YAML.
  writeFileSync(overlay, JSON.stringify(STAND_INS))
  const files = ['-f', join(ROOT, 'docker-compose.yml'), '-f', overlay]
  const docker: Docker = {
    run,
    compose: (...args) => call('docker-compose', ['-p', 'costspan-stack', ...files, ...args]),
    async close() {
      await docker.compose('down', '-v', '-t', '5')
      engine.kill('SIGTERM')
      await new Promise((resolve) => engine.once('close', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
  const answers = (): Promise<boolean> =>
    run('version').then(
      () => true,
      () => false,
    )
  await until(answers, (up) => up, 30_000)
  for (const name of ['collector', 'prometheus'] as const) await image(run, folder, name)
  return docker
}

/** The base of Prometheus' image is busybox; that of the Collector's has nothing at all. */
async function image(
  run: Docker['run'],
  folder: string,
  name: 'collector' | 'prometheus',
): Promise<void> {
  const context = join(folder, name)
  mkdirSync(context)
  const { otelcol, prometheus } = enginePaths()
  copyFileSync(name === 'collector' ? otelcol : prometheus, join(context, 'engine'))
  const lines = ['FROM scratch']
  if (name === 'prometheus') {
    copyFileSync(onPath('busybox') ?? '', join(context, 'busybox'))
    const applets = ['sh', 'chown', 'wget', 'sleep'].map((applet) => `ln -s busybox /bin/${applet}`)
    lines.push(
      'COPY busybox /bin/busybox',
      `RUN ["/bin/busybox", "sh", "-c", "/bin/busybox ${applets.join(' && /bin/busybox ')}"]`,
    )
    lines.push('COPY engine /bin/prometheus', 'ENTRYPOINT ["/bin/prometheus"]')
  } else {
    lines.push('COPY engine /otelcol-contrib', 'ENTRYPOINT ["/otelcol-contrib"]')
  }
  writeFileSync(join(context, 'Dockerfile'), lines.join('\n'))
  await run('build', '-q', '-t', `costspan-stack/${name}`, context)
}

const STAND_INS = {
  services: {
    volumes: { image: 'costspan-stack/prometheus' },
    collector: { image: 'costspan-stack/collector' },
    prometheus: { image: 'costspan-stack/prometheus' },
    ready: { image: 'costspan-stack/prometheus' },
    // Takes OTLP where Tempo does, and says that it is ready where Tempo does.
    tempo: {
      image: 'costspan-stack/collector',
      command: ['--config=/etc/stack/trace-store.yaml'],
      environment: {
        HOST: '0.0.0.0',
        GRPC_PORT: '4317',
        HEALTH_PORT: '3200',
        FILE: '/var/tempo/spans.jsonl',
      },
      volumes: [`${join(ROOT, 'test/stack/support')}:/etc/stack:ro`],
    },
  },
}
