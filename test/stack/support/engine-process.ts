/** An engine as a process: started, waited for, stopped as an operator or as a failing machine would. */

import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface EngineOptions {
  readonly name: string
  readonly binary: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Answers 200 when it is ready. */
  readonly readyUrl: string
}

export interface EngineProcess {
  readonly pid: number
  /** What it wrote so far. */
  said(): string
  /** SIGTERM, and its end; what it holds is handed over. */
  stop(): Promise<void>
  /** SIGKILL, and its end. */
  kill(): Promise<void>
}

/** The price table takes 2 s of a processor to read, of which a crowded machine gives a twentieth. */
const READY_MS = 120_000
const STOP_MS = 40_000

/** @throws Error with the end of what it wrote, where it is not ready in time. */
export async function startEngine(options: EngineOptions): Promise<EngineProcess> {
  const child = spawn(options.binary, [...options.args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  const end = (signal: NodeJS.Signals): Promise<void> => endWith(child, ended, signal, options.name)
  const process_: EngineProcess = {
    pid: child.pid ?? 0,
    said: () => output,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
  if (await ready(options.readyUrl, child)) return process_
  await process_.kill()
  throw new Error(`${options.name} was not ready:\n${output.slice(-3000)}`)
}

async function ready(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + READY_MS
  while (Date.now() < deadline && child.exitCode === null) {
    if (await answers(url)) return true
    await sleep(50)
  }
  return false
}

export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

async function endWith(
  child: ChildProcess,
  ended: Promise<void>,
  signal: NodeJS.Signals,
  name: string,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  const late = sleep(STOP_MS, 'late' as const, { ref: false })
  if ((await Promise.race([ended, late])) !== 'late') return
  child.kill('SIGKILL')
  throw new Error(`${name} did not end within ${STOP_MS / 1000} s of ${signal}`)
}

/** Ports of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', () => resolve(server))
      })
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}

/** That a process has taken. Source: proc(5), fields 14 and 15, in ticks of a hundredth. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
