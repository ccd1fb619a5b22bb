/** The Next.js application of `test/apps/next`: installed from its lock file, built, started. */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installApp } from '../apps/install.ts'
import { layInto, pack } from '../package/packed.ts'

const APP = fileURLToPath(new URL('../apps/next', import.meta.url))
const NEXT = 'node_modules/next/dist/bin/next'

/** Nothing of the machine's, and no word to anybody. */
const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/',
  NEXT_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
}

const exec = promisify(execFile)

/** Installs what the lock file says, puts the packed costspan in, and builds. */
export async function buildNextApp(): Promise<void> {
  await installApp(APP)
  const packed = await pack()
  try {
    await layInto(packed.tarball, APP)
  } finally {
    await packed.remove()
  }
  await exec(process.execPath, [NEXT, 'build'], { cwd: APP, env: ENV, maxBuffer: 1e8 })
}

export interface NextServer {
  readonly url: string
  /** What it wrote on stderr. */
  readonly complaints: () => string
  /** Asks it to end as an orchestrator does. @returns its exit code */
  stop(): Promise<number | null>
}

/** `dev` compiles each route when it is asked for; `start` serves what was built. */
export type NextCommand = 'start' | 'dev'

/** @throws Error with what it wrote where it does not come up. */
export async function startNextApp(
  command: NextCommand,
  env: Readonly<Record<string, string>>,
): Promise<NextServer> {
  const child = spawn(process.execPath, [NEXT, command, '-H', '127.0.0.1', '-p', '0'], {
    cwd: APP,
    env: { ...ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (bytes: Buffer) => (complaints += bytes.toString()))
  const url = await addressOf(child)
  if (url === undefined) throw new Error(`next ${command}: ${complaints}`)
  return {
    url,
    complaints: () => complaints,
    async stop() {
      const ended = once(child, 'exit') as Promise<[number | null]>
      child.kill('SIGTERM')
      const [code] = await ended
      return code
    },
  }
}

/** As it prints it once it listens; undefined where it ends before. */
async function addressOf(child: ChildProcess): Promise<string | undefined> {
  let said = ''
  return new Promise((resolve) => {
    child.on('exit', () => resolve(undefined))
    child.stdout?.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      const address = /Local:\s+(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
      if (address !== undefined && said.includes('Ready')) resolve(address)
    })
  })
}
